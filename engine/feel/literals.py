"""Literal values: numbers and the texts behind `@`."""

import re
from decimal import Decimal

from engine.base.errors import InvalidExpression
from engine.base.values import MixedDuration, Value
from engine.feel.lexer import Token
from engine.feel.numbers import CONTEXT, Number, is_number, negated, tidy
from engine.feel.temporal import parse_date, parse_datetime, parse_duration, parse_time

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)


def number_literal(token: Token) -> int | Decimal:
    """Give the number TOKEN stands for, rounded to 34 digits."""
    try:
        return tidy(CONTEXT.create_decimal(token.text))
    except ArithmeticError:
        column = token.start + 1
        raise InvalidExpression(
            f"表达式第 {column} 列：数字 {token.text[:20]} 过大。", column=column
        ) from None


def read_number(text: str) -> Number | None:
    """Read a number written as in FEEL, None when TEXT is none."""
    if len(text) > 400 or not _NUMBER.fullmatch(text):
        return None
    try:
        return tidy(CONTEXT.create_decimal(text))
    except ArithmeticError:
        return None


def feel_duration(text: str) -> Value:
    """Read a duration of one of the two FEEL kinds, None for anything else."""
    value = parse_duration(text)
    return None if isinstance(value, MixedDuration) else value


def at_literal(text: str) -> Value:
    """Read the text of an `@` literal, None when it is nothing FEEL knows."""
    if text.startswith(("P", "-P")):
        return feel_duration(text)
    if "T" in text:
        return parse_datetime(text)
    if "-" in text[:8]:
        return parse_date(text)
    return parse_time(text)


def negative(value: Value) -> Value:
    """Negate a literal number, None when it is none."""
    return negated(value) if is_number(value) else None
