"""The query code of a receipt: how people read and type it, what is stored of it."""

import hashlib
import re
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LENGTH = 16  # 80 bits: far beyond guessing where every visit is counted
BITS = LENGTH * 5
LONG = 22  # least characters of a code of another shape: 128 bits in base64
_GROUP = 4
_APART = re.compile(r"[\s\-_\u2010-\u2015\u2212]+")
_ALIKE = str.maketrans("OIL", "011")
_SHAPE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
_PREFIX = b"receipt:"


def written(secret: int) -> str:
    """Write a SECRET of BITS bits as people copy it by hand: XXXX-XXXX-XXXX-XXXX."""
    signs = [ALPHABET[secret >> shift & 31] for shift in range(BITS - 5, -1, -5)]
    return "-".join("".join(signs[at : at + _GROUP]) for at in range(0, LENGTH, _GROUP))


def meant(typed: str) -> str:
    """Give the code meant by what was TYPED.

    Case, dashes, spaces, full-width signs and the look-alikes O, I, L do not matter. A text
    of another shape, as the long codes given out before, stays as it is.
    """
    plain = unicodedata.normalize("NFKC", typed).upper()
    plain = _APART.sub("", plain).translate(_ALIKE)
    return plain if _SHAPE.fullmatch(plain) else typed.strip()


def strong(code: str) -> bool:
    """Tell whether nobody guesses CODE: one of ours, or a long one."""
    known = meant(code)
    return known.isascii() and (_SHAPE.fullmatch(known) is not None or len(known) >= LONG)


def fingerprint(code: str) -> str:
    """Give what is stored of a query CODE: nobody reads the code from it."""
    return hashlib.sha256(_PREFIX + meant(code).encode()).hexdigest()
