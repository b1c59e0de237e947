"""Numbers of FEEL: exact integers, else decimals of 34 digits, half-even, never floats."""

from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import TypeAlias

Number: TypeAlias = int | Decimal

DIGITS = 34
BOUND = 10**DIGITS
CONTEXT = Context(
    prec=DIGITS,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[Overflow, InvalidOperation, DivisionByZero],
)


def is_number(value: object) -> bool:
    """Tell whether VALUE is a FEEL number (a boolean is none)."""
    kind = type(value)
    return kind is int or kind is Decimal


def tidy(number: Decimal) -> Number:
    """Give the one form of NUMBER: an int when integral and within 34 digits."""
    if number == number.to_integral_value() and number.adjusted() < DIGITS:
        return int(number)
    return number.normalize(CONTEXT)


def exact(number: int) -> Number:
    """Keep an integer of 34 digits, round a longer one to a decimal."""
    if -BOUND < number < BOUND:
        return number
    return CONTEXT.create_decimal(number).normalize(CONTEXT)


def as_decimal(number: Number) -> Decimal:
    """Give NUMBER as a decimal."""
    return number if type(number) is Decimal else Decimal(number)


def plus(left: Number, right: Number) -> Number:
    """Add."""
    if type(left) is int and type(right) is int:
        return exact(left + right)
    return tidy(CONTEXT.add(as_decimal(left), as_decimal(right)))


def minus(left: Number, right: Number) -> Number:
    """Subtract."""
    if type(left) is int and type(right) is int:
        return exact(left - right)
    return tidy(CONTEXT.subtract(as_decimal(left), as_decimal(right)))


def times(left: Number, right: Number) -> Number:
    """Multiply."""
    if type(left) is int and type(right) is int:
        return exact(left * right)
    return tidy(CONTEXT.multiply(as_decimal(left), as_decimal(right)))


def divide(left: Number, right: Number) -> Number | None:
    """Divide; None for a division by zero."""
    if right == 0:
        return None
    if type(left) is int and type(right) is int and left % right == 0:
        return exact(left // right)
    return tidy(CONTEXT.divide(as_decimal(left), as_decimal(right)))


def power(left: Number, right: Number) -> Number:
    """Raise to a power; raises ArithmeticError outside the decimal range."""
    small = type(left) is int and type(right) is int and 0 <= right <= 128
    if small and int(left).bit_length() * int(right) <= 128:
        return exact(int(left) ** int(right))
    return tidy(CONTEXT.power(as_decimal(left), as_decimal(right)))


def negated(number: Number) -> Number:
    """Change the sign; plain `-` would round a decimal to the context of the thread."""
    return -number if type(number) is int else as_decimal(number).copy_negate()


def text_of(number: Number) -> str:
    """Write NUMBER without exponent and without needless zeros."""
    if type(number) is int:
        return str(number)
    return format(as_decimal(number).normalize(CONTEXT), "f")
