"""What may be done now with the seats of a task: 加签, 减签, 委派, 收回."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from engine.base.errors import InvalidRequest, ShouhuError
from engine.context import View
from engine.queries import choices
from engine.queries.task_data import TaskData, behalf_of, belongs, load, my_seats, refusal
from engine.rules import asking, deputies, extra_seats, office
from engine.store import people_rows, records
from engine.store.rows import Row

MOST = 500  # names offered; others are typed as code or login (designed)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who may be named: TEXT to choose, a UNIT code or a PERSON login behind it."""

    text: str
    unit: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Removable:
    """A seat that may be taken out of the round."""

    id: int
    name: str
    version: int


@dataclass(frozen=True, slots=True)
class Seating:
    """The acts on seats a task page offers; VERSION and UNIT are of the actor's seat.

    ROOM is how many seats may be added (0: none, or not allowed here). DELEGABLE: an
    opinion may be asked. ASKED names who is asked now: the question may be taken back.
    SIDE: the actor is the one asked, QUESTION what was asked, by ASKER.
    """

    version: int = 0
    unit: str = ""
    composition: int = 0
    room: int = 0
    removable: tuple[Removable, ...] = ()
    delegable: bool = False
    asked: str = ""
    side: bool = False
    question: str = ""
    asker: str = ""
    guests: tuple[Guest, ...] = ()

    @property
    def offered(self) -> bool:
        """Tell whether anything is."""
        return bool(self.room or self.removable or self.delegable or self.asked)


def of_task(view: View, *, task_id: int) -> Seating:
    """Give the acts on the seats of TASK_ID that are open to the actor."""
    held = load(view, task_id)
    if refusal(view, held, "view"):
        return Seating()
    waits = _waiting(view, held)
    own = [waits] if waits else my_seats(view, held)
    seat = own[0] if own else None
    asked = asking.pending(held.seats, seat) if seat else None
    told = _question(view, held, seat) if seat and asking.is_side(seat) else ""
    acts = seat is not None and asked is None and not asking.is_side(seat)
    room = _room(held) if acts and seat is not None else 0
    delegable = acts and seat is not None and _delegable(held, seat)
    return Seating(
        version=seat["version"] if seat else 0,
        unit=seat["unit"] if seat else "",
        composition=int((held.task["settings"] or {}).get("composition") or 0),
        room=room,
        removable=tuple(_removable(view, held)),
        delegable=delegable,
        asked=asking.name_of(asked) if asked else "",
        side=seat is not None and asking.is_side(seat),
        question=told,
        asker=(seat["added_name"] or "") if seat else "",
        guests=tuple(_guests(view, held))[:MOST] if room or delegable else (),
    )


def _waiting(view: View, held: TaskData) -> Row | None:
    """Give the actor's seat that waits for an opinion."""
    for seat in held.seats:
        if asking.pending(held.seats, seat) is None or not belongs(view, held, seat):
            continue
        if deputies.may_take(view.actor, seat, behalf_of(view, held, seat)):
            return seat
    return None


def _question(view: View, held: TaskData, seat: Row) -> str:
    """Give what the side SEAT was asked, as the history tells."""
    for line in records.last_lines(view.connection, held.root["id"], "DelegateTask", 50):
        if line["detail"]["seat"] == seat["origin"]:
            return str(line["detail"]["reason"])
    return ""


def _room(held: TaskData) -> int:
    task, settings = held.task, held.task["settings"] or {}
    try:
        extra_seats.check_allowed(task["name"], settings, task["rule"], extra_seats.BESIDE)
    except ShouhuError:
        return 0
    most = int(settings.get("max_seats") or extra_seats.MOST)
    return max(0, most - len(extra_seats.voices(held.seats)))


def _delegable(held: TaskData, seat: Row) -> bool:
    try:
        asking.check_allowed(held.task["name"], held.node.assignment, seat)
    except ShouhuError:
        return False
    return True


def _removable(view: View, held: TaskData) -> Iterator[Removable]:
    manages = office.supervises(view.actor, str(held.root["region"] or ""))
    person = view.actor.person
    for seat in held.seats:
        if seat["state"] not in ("open", "held"):
            continue
        try:
            extra_seats.check_removable(held.seats, seat, person, manages=manages)
        except ShouhuError:
            continue
        name = seat["unit_name"] or seat["label"] or seat["person_name"] or ""
        yield Removable(seat["id"], name, seat["version"])


def _guests(view: View, held: TaskData) -> Iterator[Guest]:
    """Name the units with people that have no seat, then one's colleagues."""
    conn, application = view.connection, held.version.application.key
    rows = people_rows.units_of(conn, application)
    manned = people_rows.manned(conn, [row["code"] for row in rows])
    seated = {seat["unit"] for seat in extra_seats.voices(held.seats)}
    names = Counter(row["name"] for row in rows)
    for row in rows:
        if row["code"] in manned and row["code"] not in seated:
            twin = names[row["name"]] > 1
            text = f"{row['name']}（{row['code']}）" if twin else row["name"]
            yield Guest(text, unit=row["code"])
    persons = {seat["person"] for seat in held.seats} | {view.actor.person}
    for one in choices.persons(view):
        if one.code not in persons:
            yield Guest(f"{one.name}（{one.note}，{one.code}）", person=one.code)


def named(view: View, *, task_id: int, texts: tuple[str, ...]) -> tuple[Guest, ...]:
    """Give who TEXTS mean: what the page offered, a unit's code or a person's login."""
    offered = {one.text: one for one in of_task(view, task_id=task_id).guests}
    found = []
    for text in filter(None, map(str.strip, texts)):
        guest = offered.get(text)
        if guest is None and people_rows.unit_row(view.connection, text) is not None:
            guest = Guest(text, unit=text)
        if guest is None and people_rows.load_person(view.connection, text) is not None:
            guest = Guest(text, person=text)
        if guest is None:
            told = f"没有找到“{text[:40]}”，请从列出的单位和同事中选择，或填单位编码、登录名。"
            raise InvalidRequest(told, code="nobody-named")
        found.append(guest)
    return tuple(found)
