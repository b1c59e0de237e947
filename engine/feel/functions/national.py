"""Our own group: working days, amounts in words, division codes, registers."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from engine.base.expressions import Calendar
from engine.base.values import Value
from engine.feel.borders import taken_in
from engine.feel.numbers import CONTEXT, as_decimal
from engine.feel.run import Run
from engine.feel.values import local

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_MOST = Decimal(10) ** 16
_MAX_DAYS = 5_000  # working days; about twenty years
# administrative division codes of GB/T 2260, with four levels below one another
_LEVELS = ((2, "province"), (4, "prefecture"), (6, "county"), (9, "township"), (12, "village"))


def _day(run: Run, value: date | datetime) -> date:
    """Give the local date: a moment counts in the zone of the instance."""
    if isinstance(value, datetime):
        return local(value, run.moment).astimezone(run.zone()).date()
    return value


def _calendar(run: Run, name: str | None) -> Calendar | None:
    calendars = run.moment.calendars
    if name is not None:
        found = calendars.get(name)
    else:
        found = calendars.get("cn")
        if found is None and len(calendars) == 1:
            found = next(iter(calendars.values()))
    if found is None:
        run.warn("argument", f"没有工作日历“{(name or 'cn')[:40]}”", 0)
    return found


def add_working_days(
    run: Run, start: date | datetime, days: Value, name: str | None = None
) -> Value:
    """Give the working day DAYS after START, which is day 0 (before it when negative)."""
    if type(days) is not int or abs(days) > _MAX_DAYS:
        return run.warn("argument", f"工作日数应为 {_MAX_DAYS} 以内的整数", 0)
    calendar = _calendar(run, name)
    if calendar is None:
        return None
    run.charge(abs(days) * 2)
    return calendar.add_working_days(_day(run, start), days)


def is_working_day(run: Run, day: date | datetime, name: str | None = None) -> bool | None:
    """Tell whether DAY is a working day."""
    calendar = _calendar(run, name)
    return None if calendar is None else calendar.is_working_day(_day(run, day))


def working_days_between(
    run: Run, start: date | datetime, end: date | datetime, name: str | None = None
) -> int | None:
    """Count the working days after START up to END."""
    calendar = _calendar(run, name)
    if calendar is None:
        return None
    first, last = _day(run, start), _day(run, end)
    run.charge(abs((last - first).days))
    return calendar.working_days_between(first, last)


def amount_in_words(run: Run, amount: Value) -> Value:
    """Write an amount of yuan in the capital numerals of vouchers, rounded to fen."""
    value = as_decimal(amount)
    if value.copy_abs() >= _MOST:
        return run.warn("argument", "金额过大，不能写成大写", 0)
    cents = value.copy_abs().quantize(Decimal("0.01"), rounding=ROUND_HALF_UP, context=CONTEXT)
    yuan, rest = divmod(int(cents * 100), 100)
    if yuan == rest == 0:
        return "零元整"
    sign = "负" if value < 0 else ""
    whole = _whole(yuan) + "元" if yuan else ""
    return sign + whole + _fraction(rest, leading=yuan > 0)


def _fraction(cents: int, *, leading: bool) -> str:
    jiao, fen = divmod(cents, 10)
    if not cents:
        return "整"
    text = _DIGITS[jiao] + "角" if jiao else ("零" if leading else "")
    return text + (_DIGITS[fen] + "分" if fen else "整")


def _whole(yuan: int) -> str:
    digits = f"{yuan:016d}"
    units = ("万" if int(digits[4:8]) else "万亿", "亿", "万", "")
    text = ""
    zero = False
    for index, unit in enumerate(units):
        part, zero = _group(digits[index * 4 : index * 4 + 4], zero)
        part = part if text else part.lstrip("零")
        text += part + unit if part else ""
        zero = bool(text) and (zero or not part)
    return text


def _group(group: str, zero: bool) -> tuple[str, bool]:
    """Write four digits; ZERO tells that a zero stands open before them."""
    text = ""
    for digit, place in zip(group, _PLACES, strict=True):
        if digit == "0":
            zero = True
            continue
        text += ("零" if zero else "") + _DIGITS[int(digit)] + place
        zero = False
    return text, zero


def region_level(_: Run, code: str) -> str | None:
    """Name the level of a division code: province, prefecture, county, township, village."""
    significant = _significant(code)
    for length, name in _LEVELS:
        if significant is not None and len(significant) <= length:
            return name
    return None


def region_parent(_: Run, code: str) -> str | None:
    """Give the code of the division above, in the same length; null above a province."""
    significant = _significant(code)
    lengths = [length for length, _ in _LEVELS]
    if significant is None or len(significant) <= lengths[0]:
        return None
    above = max(length for length in lengths if length < len(significant))
    return significant[:above].ljust(len(code), "0")


def region_within(_: Run, code: str, ancestor: str) -> bool | None:
    """Tell whether CODE lies in ANCESTOR or is it."""
    one, two = _significant(code), _significant(ancestor)
    return None if one is None or two is None else one.startswith(two)


def _significant(code: str) -> str | None:
    """Cut a code of 6 to 12 digits behind its last level that is not all zeros."""
    if not (code.isascii() and code.isdigit() and 6 <= len(code) <= 12):
        return None
    start = 0
    end = None
    for length, _ in _LEVELS:
        if code[start:length].strip("0"):
            end = length
        start = length
    return code[:end] if end else None


def register(run: Run, kind: str, code: str, on: date | datetime | None = None) -> Value:
    """Give the row CODE of the register KIND, null when there is none.

    Of data with dates the row in force ON a decisive date, today without one.
    """
    if run.moment.register is None:
        return None
    run.charge(16)
    row: Mapping[str, Value] | None = run.moment.row(
        kind, code, None if on is None else _day(run, on)
    )
    return None if row is None else taken_in(row)


def register_codes(run: Run, kind: str, on: date | datetime | None = None) -> Value:
    """Name the rows of the register KIND in force ON a decisive date, today without one."""
    codes = run.moment.codes(kind, None if on is None else _day(run, on))
    if codes is None:
        return run.warn("argument", f"没有登记表“{kind[:40]}”", 0)
    run.charge(len(codes))
    return list(codes)
