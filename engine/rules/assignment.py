"""Whom a task is offered to: role + region → unit → seat (operations.md 2.1, 2.23, 2.24)."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from engine.base.records import record
from engine.base.values import Value
from engine.rules.seats import CONCLUDE
from engine.rules.units import LEVEL_WORDS, LEVELS, Directory, Unit, above, cut

_DUTY_RANK: Mapping[str, int] = {"lead": 0, "handle": 1, "assist": 2}


@record
class CaseFacts:
    """What of a case decides who acts: REGION and PLACE, and those of the calling case."""

    region: str = ""
    place: str = ""
    parent_region: str = ""
    parent_place: str = ""
    place_title: str = ""  # for sentences, e.g. the name of the protected area


@record
class SeatPlan:
    """One seat to be made. UNIT is "" when PERSON (or one of USERS) is named instead.

    KEYS are the ids of the gov:seat lines merged into it; NOTE says why another unit
    than the drawn one sits here.
    """

    unit: str
    unit_name: str
    role: str
    label: str
    level: str = ""
    region: str = ""
    duty: str = "handle"
    order: int = 0
    required: bool = False
    veto: bool = False
    weight: int = 1
    person: str | None = None
    users: tuple[str, ...] = ()
    note: str = ""
    keys: tuple[str, ...] = ()


@record
class Staffed:
    """The seats of a round, and SETTINGS: what votes.read_round reads."""

    seats: tuple[SeatPlan, ...]
    settings: Mapping[str, Value] = field(default_factory=dict)


@record
class Unfilled:
    """Nobody can take SEAT ("" = the task); REASON is a Chinese phrase for no-handler.

    What would fill it: a person in UNIT when that is there, else a unit of ROLE at LEVEL in
    REGION or at PLACE; all empty when the diagram names nobody.
    """

    reason: str
    seat: str = ""
    unit: str = ""
    role: str = ""
    level: str = ""
    region: str = ""
    place: str = ""


class _Nobody(Exception):
    """Carries the reason, and what is missing, up to staff()."""

    def __init__(self, reason: str, **missing: str) -> None:
        super().__init__(reason)
        self.missing = missing


def staff(
    assignment: Mapping[str, Value], case: CaseFacts, directory: Directory
) -> Staffed | Unfilled:
    """Turn the evaluated ASSIGNMENT of a task (kernel.effects.TaskOpened) into seats.

    A task without gov:seats has one seat, decided by the first act; several candidate
    roles give one seat each. Never an empty table: Unfilled names level and role instead.
    """
    table = assignment.get("seats")
    lines = _lines(assignment) if not table else list(table.get("seats") or ())
    settings: dict[str, Value] = {"rule": "any", "decided_by": "any"}
    if table:
        settings = {key: value for key, value in table.items() if key != "seats"}
        lines = [_inherit(line, assignment) for line in lines]
    named = _named(assignment) if not table else ()
    if named:
        return Staffed(named, settings)
    found: list[SeatPlan] = []
    for number, line in enumerate(lines, 1):
        try:
            found.extend(_seats(line, number, case, directory))
        except _Nobody as nobody:
            return Unfilled(str(nobody), str(line.get("id") or ""), **nobody.missing)
    if not found:
        listed = table is not None and not lines  # seats made of a list in the data
        empty = "办理单位由填写的名单确定，名单还是空的"
        return Unfilled(empty if listed else "没有指定办理角色，也没有指定办理人")
    merged = _merge(found)
    if settings.get("rule") == "consult":
        merged = _with_conclusion(merged, settings.get("conclusion") or {})
    return Staffed(merged, settings)


def _named(assignment: Mapping[str, Value]) -> tuple[SeatPlan, ...]:
    """Make the one seat of a task whose persons are named in the diagram."""
    assignee = assignment.get("assignee")
    users = tuple(assignment.get("users") or ())
    if not assignee and not users:
        return ()
    return (SeatPlan("", "", "", "", person=assignee or None, users=users, keys=("",)),)


def _lines(assignment: Mapping[str, Value]) -> list[Mapping[str, Value]]:
    """Write a plain task as the lines of a table: one for each role that may act."""
    lane = assignment.get("lane")
    role = assignment.get("role")
    roles = [role] if role else list(assignment.get("groups") or ([lane] if lane else []))
    if not roles and assignment.get("org"):
        roles = [""]
    return [{**assignment, "role": one, "id": ""} for one in roles]


def _inherit(line: Mapping[str, Value], assignment: Mapping[str, Value]) -> Mapping[str, Value]:
    """Let a seat's line use the task's own words for an empty unit."""
    rest = {key: assignment.get(key) for key in ("on_empty", "fallback_role")}
    own = {key: value for key, value in line.items() if value not in (None, "")}
    own.setdefault("role", assignment.get("role") or assignment.get("lane") or "")
    return {**rest, **own}


def _seats(
    line: Mapping[str, Value], number: int, case: CaseFacts, directory: Directory
) -> list[SeatPlan]:
    if line.get("org"):
        return [_plan(line, number, unit, "") for unit in _orgs(line["org"], directory)]
    role = str(line.get("role") or "")
    level = str(line.get("level") or "")
    units = directory.staffed(_find(role, level, line, case, directory))
    note = ""
    if not units:
        units, note = _instead(role, level, line, case, directory)
    if not units:
        missing = _missing(role, level, line, case, directory)
        raise _Nobody(_nobody(role, level, line, case, directory), **missing)
    if len(units) > 1:
        names = "、".join(unit.name for unit in units)
        raise _Nobody(f"有 {len(units)} 个单位符合“{directory.title(role)}”：{names}，无法确定")
    return [_plan(line, number, units[0], note)]


def _find(
    role: str, level: str, line: Mapping[str, Value], case: CaseFacts, directory: Directory
) -> tuple[Unit, ...]:
    """Find the units LINE means; a body of the case's place comes before its region."""
    where = str(line.get("region_of") or "case")
    if where == "fixed":
        return _in(role, level, str(line.get("region") or ""), directory)
    region, place = (
        (case.parent_region, case.parent_place)
        if where == "parent"
        else (case.region, case.place)
    )
    if where == "reserve" or level == "place":
        return directory.at_place(role, place)
    found = _in(role, level, region, directory)
    here = directory.at_place(role, place)
    own = tuple(unit for unit in found if unit in here)
    return own or found or here


def _in(role: str, level: str, region: str, directory: Directory) -> tuple[Unit, ...]:
    """Find units of LEVEL, or of the nearest level when none is given."""
    for one in (level,) if level else LEVELS:
        found = directory.in_region(role, one, cut(region, one))
        if found:
            return found
    return ()


def _instead(
    role: str, level: str, line: Mapping[str, Value], case: CaseFacts, directory: Directory
) -> tuple[tuple[Unit, ...], str]:
    """Find who acts for an empty unit, as on_empty says; never nobody silently.

    For a unit that keeps away its superior acts, whatever on_empty says (2.24).
    """
    there = _find(role, level, line, case, directory)
    if there and directory.recused.issuperset(unit.code for unit in there):
        superior = directory.stand_in(there[0], role)
        return ((superior,), "因回避由上级办理") if superior else ((), "")
    how = line.get("on_empty")
    fallback = str(line.get("fallback_role") or "")
    if how == "fallback" and fallback:
        found = _find(fallback, level, line, case, directory) or _find(
            fallback, "", line, case, directory
        )
        return directory.staffed(found), "因空缺由兜底单位办理"
    rung = above(level or LEVELS[0]) if how == "superior" else ""
    while rung:
        found = directory.staffed(_find(role, rung, line, case, directory))
        if found:
            return found, "因空缺由上级办理"
        rung = above(rung)
    return (), ""


def _nobody(
    role: str, level: str, line: Mapping[str, Value], case: CaseFacts, directory: Directory
) -> str:
    """Say which level and role is empty, and whether the unit or its staff is missing."""
    title = f"{LEVEL_WORDS.get(level, '')}“{directory.title(role)}”"
    there = _find(role, level, line, case, directory)
    if there and there[0].code in directory.recused:
        return f"{there[0].name}（{title}）应当回避，没有上级单位可以接替"
    if there:
        return f"{there[0].name}（{title}）没有在岗人员"
    where = str(line.get("region_of") or "case")
    if where == "reserve" or level == "place":
        return f"{case.place_title or case.place or '案件未填保护地'} 没有{title}单位"
    region = str(line.get("region") or "") if where == "fixed" else case.region
    if not cut(region, level or LEVELS[0]) and level != "province":
        return f"{title}无法确定：案件所在区划“{region}”不够具体"
    return f"区划 {cut(region, level or LEVELS[0])} 没有{title}单位"


def _missing(
    role: str, level: str, line: Mapping[str, Value], case: CaseFacts, directory: Directory
) -> dict[str, str]:
    """Give the unit without staff, or the unit that would have to be there."""
    there = _find(role, level, line, case, directory)
    if there:
        return {"unit": there[0].code, "role": role}
    where = str(line.get("region_of") or "case")
    if where == "reserve" or level == "place":
        return {"role": role, "level": "place", "region": case.region, "place": case.place}
    region = str(line.get("region") or "") if where == "fixed" else case.region
    wanted = level or LEVELS[0]
    return {"role": role, "level": wanted, "region": cut(region, wanted)}


def _orgs(value: Value, directory: Directory) -> list[Unit]:
    codes: Sequence[Any] = value if isinstance(value, list) else [value]
    units = []
    for code in codes:
        unit = directory.units.get(str(code))
        if unit is None:
            raise _Nobody(f"没有编码为“{code}”的单位")
        if unit.code in directory.recused:
            superior = directory.stand_in(unit, "")
            if superior is None:
                raise _Nobody(f"{unit.name}应当回避，没有上级单位可以接替")
            unit = superior
        if unit.code in directory.vacant:
            raise _Nobody(f"{unit.name}没有在岗人员", unit=unit.code)
        units.append(unit)
    return units


def _plan(line: Mapping[str, Value], number: int, unit: Unit, note: str) -> SeatPlan:
    return SeatPlan(
        unit=unit.code,
        unit_name=unit.name,
        role=str(line.get("role") or ""),
        label=str(line.get("label") or unit.name),
        level=unit.level,
        region=unit.region,
        duty=str(line.get("duty") or "handle"),
        order=int(line.get("order") or number),
        required=bool(line.get("required")),
        veto=bool(line.get("veto")),
        weight=int(line.get("weight") or 1),
        note=note,
        keys=(str(line.get("id") or ""),),
    )


def _merge(seats: list[SeatPlan]) -> tuple[SeatPlan, ...]:
    """Give each unit one voice: the lead's duty wins, demands add up (2.1 test b)."""
    by_unit: dict[str, SeatPlan] = {}
    for seat in seats:
        other = by_unit.get(seat.unit)
        by_unit[seat.unit] = seat if other is None else _joined(other, seat)
    return tuple(sorted(by_unit.values(), key=lambda seat: seat.order))


def _joined(one: SeatPlan, two: SeatPlan) -> SeatPlan:
    first = min(one, two, key=lambda seat: _DUTY_RANK.get(seat.duty, 1))
    same = one.label == two.label
    return replace(
        first,
        label=one.label if same else f"{one.label}、{two.label}",
        order=min(one.order, two.order),
        required=one.required or two.required,
        veto=one.veto or two.veto,
        weight=max(one.weight, two.weight),
        keys=one.keys + two.keys,
    )


def _with_conclusion(
    seats: tuple[SeatPlan, ...], last_seat: Mapping[str, Value]
) -> tuple[SeatPlan, ...]:
    """Give the lead its second seat, the last, on which it concludes (2.6)."""
    lead = next((seat for seat in seats if seat.duty == "lead"), seats[0])
    last = max(seat.order for seat in seats) + 1
    label = f"{lead.label}（{last_seat.get('label') or '结论'}）"
    chair = replace(lead, duty=CONCLUDE, order=last, label=label)
    return (*seats, replace(chair, required=False, veto=False, keys=(CONCLUDE,)))


def same_person(person: str, performers: Mapping[str, frozenset[str]]) -> str | None:
    """Name the first activity of PERFORMERS (id -> persons who acted) PERSON acted in.

    For four-eyes rules (gov:excludedOwner): the persons include those acted for.
    """
    for activity, persons in performers.items():
        if person in persons:
            return activity
    return None


def review_seat(
    seat: SeatPlan, submitter_unit: str, mode: str, directory: Directory
) -> SeatPlan:
    """Move the SEAT of a unit that would review its own submission, as MODE says (2.24).

    "superior": the same role one level up, when there is one; "allow" and "refuse" leave
    the seat (refusal of the person happens when acting).
    """
    if mode != "superior" or not submitter_unit or seat.unit != submitter_unit:
        return seat
    rung = above(seat.level)
    while rung:
        for unit in directory.staffed(
            directory.in_region(seat.role, rung, cut(seat.region, rung))
        ):
            return replace(
                seat,
                unit=unit.code,
                unit_name=unit.name,
                level=unit.level,
                region=unit.region,
                label=unit.name,
                note="同级自审，由上级办理",
            )
        rung = above(rung)
    return seat
