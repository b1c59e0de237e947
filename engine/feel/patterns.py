"""Regular expressions in linear time: XPath notation on RE2, refused where RE2 lacks it."""

import re2

_FLAGS = frozenset("smiqx")


def pattern_error(pattern: str) -> str | None:
    """Tell in Chinese why PATTERN cannot be used, None when it can."""
    try:
        compiled(pattern, "")
    except ValueError as error:
        return str(error)
    return None


def compiled(pattern: str, flags: str) -> "re2._Regexp[str]":
    """Compile PATTERN; raises ValueError with a Chinese reason."""
    if not set(flags) <= _FLAGS - {"x"}:
        raise ValueError(f"不支持的匹配选项“{flags[:20]}”，可用 s、m、i、q")
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = "i" not in flags
    options.dot_nl = "s" in flags
    options.literal = "q" in flags
    prefix = "(?m)" if "m" in flags and "q" not in flags else ""
    try:
        return re2.compile(prefix + pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        text = reason.decode() if isinstance(reason, bytes) else str(reason)
        zh = f"不支持的匹配模式（{text[:80]}），请改写，不能用反向引用和环视"
        raise ValueError(zh) from None


def replacement_parts(text: str) -> list[str | int]:
    """Cut an XPath replacement into texts and group numbers; raises ValueError."""
    parts: list[str | int] = []
    index = 0
    while index < len(text):
        char = text[index]
        following = text[index + 1 : index + 2]
        if char == "\\":
            if following not in {"\\", "$"}:
                raise ValueError("替换文本中的 \\ 后只能是 \\ 或 $")
            parts.append(following)
            index += 2
        elif char == "$":
            end = index + 1
            while end < len(text) and text[end].isascii() and text[end].isdigit():
                end += 1
            if end == index + 1:
                raise ValueError("替换文本中的 $ 后应为分组号")
            parts.append(int(text[index + 1 : min(end, index + 3)]))
            index = min(end, index + 3)
        else:
            parts.append(char)
            index += 1
    return parts
