"""The year strip as a drawing: months, one bar per phase, overlaps, today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.queries.phases import Phase, YearStrip

LEFT, WIDTH, TOP, ROW = 4.0, 1352.0, 26.0, 34.0  # units of the drawing, about pixels
BAR = 24.0


@dataclass(frozen=True, slots=True)
class Month:
    """A month: where it begins and how wide it is."""

    label: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A phase; STATE past, current or future."""

    x: float
    y: float
    width: float
    state: str
    label: str
    dates: str
    requirement: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """A time in which two phases run."""

    x: float
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything the template draws, in units of its view box."""

    strip: YearStrip
    height: float
    months: tuple[Month, ...]
    bars: tuple[Bar, ...]
    overlaps: tuple[Overlap, ...]
    today: float | None


def draw(strip: YearStrip) -> Drawing:
    """Lay out STRIP."""
    return Drawing(
        strip=strip,
        height=TOP + ROW * len(strip.phases) + 22,
        months=tuple(_month(strip.year, number) for number in range(1, 13)),
        bars=tuple(_bar(phase, number) for number, phase in enumerate(strip.phases)),
        overlaps=tuple(_overlaps(strip.phases)),
        today=_x(strip.today_share) if strip.today_share is not None else None,
    )


def _x(share: float) -> float:
    return round(LEFT + WIDTH * share, 1)


def _share(day: date) -> float:
    first = date(day.year, 1, 1)
    return (day - first) / (date(day.year + 1, 1, 1) - first)


def _month(year: int, number: int) -> Month:
    begin = _x(_share(date(year, number, 1)))
    end = _x(_share(date(year, number + 1, 1))) if number < 12 else _x(1.0)
    return Month(f"{number} 月", begin, round(end - begin, 1))


def _bar(phase: Phase, number: int) -> Bar:
    x = _x(phase.share_from)
    dates = f"{phase.first_on:%m-%d} 至 {phase.last_on:%m-%d}"
    y = TOP + ROW * number
    width = round(_x(phase.share_to) - x, 1)
    return Bar(x, y, width, phase.standing, phase.title, dates, phase.requirement)


def _overlaps(phases: Sequence[Phase]) -> list[Overlap]:
    found = []
    for number, one in enumerate(phases):
        for two in phases[number + 1 :]:
            first, last = max(one.first_on, two.first_on), min(one.last_on, two.last_on)
            if first <= last:
                begin, end = _share(first), _share(last + timedelta(days=1))
                width = round(WIDTH * (end if end > begin else 1.0) - WIDTH * begin, 1)
                label = f"{first:%m-%d} 至 {last:%m-%d}：{one.title}、{two.title}并行"
                found.append(Overlap(_x(begin), width, label))
    return found
