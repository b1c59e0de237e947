"""Cut an expression into tokens that remember their columns."""

import re
from typing import NamedTuple

from engine.base.errors import InvalidExpression

NAME, NUMBER, STRING, OP, OTHER, END = "name", "number", "string", "op", "other", "end"

_START = r"[^\W\d]|[\U00010000-\U000EFFFF]"
_PART = r"[\w\u00b7\u0300-\u036f\u203f\u2040]|[\U00010000-\U000EFFFF]"
_TOKEN = re.compile(
    rf"""(?P<space>\s+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)
    |(?P<name>(?:{_START})(?:{_PART})*|\?)
    |(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<op>\*\*|\.\.|<=|>=|!=|->|[()\[\]{{}},:.+\-*/=<>@'])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|"
    r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)",
    re.DOTALL,
)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_WIDE = {
    "（": "(", "）": ")", "，": ",", "：": ":", "“": '"', "”": '"', "＝": "=", "＞": ">",
    "＜": "<", "【": "[", "】": "]", "；": ",", "。": ".", "‘": '"', "’": '"', "！": "!",
    "＋": "+", "－": "-", "×": "*", "÷": "/", "≥": ">=", "≤": "<=", "≠": "!=",
}  # fmt: skip


class Token(NamedTuple):
    """One token: KIND, its TEXT, and its START and END as 0-based offsets."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Cut TEXT; the last token is the END."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or OTHER
        if kind == "space":
            continue
        found.append(Token(kind, match.group(), match.start(), match.end()))
    found.append(Token(END, "", len(text), len(text)))
    return found


def is_one_name(text: str) -> bool:
    """Tell whether TEXT is a single token, a name."""
    match = _TOKEN.fullmatch(text)
    return match is not None and match.lastgroup == NAME


def string_value(token: Token) -> str:
    """Give the text a string literal stands for."""
    body = token.text[1:-1]
    if "\\" not in body:
        return body
    return _ESCAPE.sub(_unescape, body)


def _unescape(match: re.Match[str]) -> str:
    high, low, code = match.groups()
    if high is not None:  # a pair of surrogates stands for one character
        return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF))
    if len(code) == 1:
        # an unknown escape stays as written, so that "\d+" works as a pattern
        return _PLAIN.get(code, "\\" + code)
    number = int(code[1:], 16)
    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        return "\ufffd"
    return chr(number)


def unexpected(token: Token, wanted: str = "") -> InvalidExpression:
    """Explain that TOKEN cannot stand where it stands."""
    column = token.start + 1
    if token.kind == END:
        what = "表达式不完整"
    elif token.text in _WIDE:
        what = f"“{token.text}”是全角符号，请改用半角 {_WIDE[token.text]}"
    elif token.text == '"':
        what = "文本缺少结束的引号"
    elif token.text == "'":
        what = "文本请用双引号"
    else:
        what = f"“{token.text[:40]}”不能出现在这里"
    tail = f"，此处应为{wanted}" if wanted else ""
    return InvalidExpression(f"表达式第 {column} 列：{what}{tail}。", column=column)
