"""What a password must be (reliability.md 6.6), and when another one is asked for."""

from collections.abc import Iterable
from datetime import timedelta

from engine.base.errors import InvalidRequest

MIN_LENGTH, MIN_CLASSES = 10, 3
LAST = 5  # passwords that may not be taken again
OLDEST = timedelta(days=90)  # then it is changed; to be confirmed for 等保
TOO_LONG = 200
# Bare words behind most guessed passwords; digits, signs and case around them do not help.
COMMON = frozenset(
    (
        *("password", "passwd", "passw", "admin", "administrator", "qwerty", "qwertyuiop"),
        *("letmein", "welcome", "iloveyou", "monkey", "dragon", "master", "login", "abc"),
        *("abcd", "abcdef", "abcdefg", "asdf", "asdfgh", "asdfghjkl", "zxcvbn", "zxcvbnm"),
        *("test", "guest", "root", "user", "woaini", "mima", "shouhu", "changeme", "secret"),
    )
)
_LEET = str.maketrans("0134578@$!", "oieastbasi")


def check(password: str, login: str) -> None:
    """Refuse a PASSWORD of LOGIN that is short, of one kind, common or the name itself."""
    kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    classes = sum(any(map(kind, password)) for kind in kinds)
    if not MIN_LENGTH <= len(password) <= TOO_LONG or classes < MIN_CLASSES:
        raise _weak(
            f"新密码不少于 {MIN_LENGTH} 个字符，"
            f"须含大写、小写、数字、符号中的 {MIN_CLASSES} 类。"
        )
    if len(login) > 2 and login.lower() in password.lower():
        raise _weak("新密码不能含登录名。")
    if COMMON & {_word(password.lower()), _word(password.lower().translate(_LEET))}:
        raise _weak("新密码过于常见，请换一个。")
    if len(set(password)) < MIN_LENGTH // 2:
        raise _weak("新密码中重复的字符太多。")


def refuse_again(fits: Iterable[bool]) -> None:
    """Refuse a password that is one of the last; FITS tells of each whether it is."""
    if any(fits):
        raise _weak(f"不能使用最近 {LAST} 次用过的密码。")


def _word(text: str) -> str:
    """Give the letters of TEXT."""
    return "".join(filter(str.isalpha, text))


def _weak(text: str) -> InvalidRequest:
    return InvalidRequest(text, code="weak-password")
