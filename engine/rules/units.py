"""The directory of units: who holds which role where; regions as division codes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.base.actor import Actor

LEVELS = ("county", "prefecture", "province")  # from below
LEVEL_WORDS: Mapping[str, str] = {
    "county": "县级",
    "prefecture": "设区的市级",
    "province": "省级",
    "place": "保护地",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: ROLES it may act in, REGION its division code, PLACE its protected area."""

    code: str
    name: str
    level: str
    region: str
    roles: frozenset[str] = frozenset()
    place: str = ""
    parent: str = ""


@dataclass(frozen=True)
class Directory:
    """All units, found by role, level, region or place; VACANT units have nobody.

    RECUSED ones keep away (回避) from the case in hand.
    """

    units: Mapping[str, Unit]
    role_titles: Mapping[str, str] = field(default_factory=dict)
    vacant: frozenset[str] = frozenset()
    _by_region: Mapping[tuple[str, str, str], tuple[Unit, ...]] = field(default_factory=dict)
    _by_place: Mapping[tuple[str, str], tuple[Unit, ...]] = field(default_factory=dict)
    recused: frozenset[str] = frozenset()

    def in_region(self, role: str, level: str, region: str) -> tuple[Unit, ...]:
        """Give the units of LEVEL in REGION that hold ROLE."""
        return self._by_region.get((role, level, region), ())

    def at_place(self, role: str, place: str) -> tuple[Unit, ...]:
        """Give the units that manage PLACE and hold ROLE."""
        return self._by_place.get((role, place), ()) if place else ()

    def title(self, role: str) -> str:
        """Write ROLE for people."""
        return self.role_titles.get(role, role)

    def staffed(self, units: Iterable[Unit]) -> tuple[Unit, ...]:
        """Leave out the units where nobody holds a post, and those that keep away."""
        out = self.vacant | self.recused
        return tuple(unit for unit in units if unit.code not in out)

    def stand_in(self, unit: Unit, role: str) -> Unit | None:
        """Give who acts in place of UNIT: its ROLE one level up and further, else a parent."""
        rung = above(unit.level)
        while rung:
            region = cut(unit.region, rung)
            for found in self.staffed(self.in_region(role, rung, region)):
                return found
            rung = above(rung)
        parent, seen = self.units.get(unit.parent), {unit.code}
        while parent and parent.code not in seen:
            if self.staffed([parent]):
                return parent
            seen.add(parent.code)
            parent = self.units.get(parent.parent)
        return None


def build_directory(
    units: Iterable[Unit],
    role_titles: Mapping[str, str] | None = None,
    vacant: Iterable[str] = (),
) -> Directory:
    """Make the directory of UNITS; it keeps their order where several match."""
    known = {unit.code: unit for unit in units}
    regions: dict[tuple[str, str, str], list[Unit]] = defaultdict(list)
    places: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in known.values():
        for role in sorted(unit.roles):
            regions[role, unit.level, unit.region].append(unit)
            if unit.place:
                places[role, unit.place].append(unit)
    return Directory(
        known,
        dict(role_titles or {}),
        frozenset(vacant),
        {key: tuple(found) for key, found in regions.items()},
        {key: tuple(found) for key, found in places.items()},
    )


def at_home(actor: Actor, directory: Directory) -> Actor:
    """Give ACTOR with the posts that count in the application of DIRECTORY.

    Role codes are shared by applications; a unit of one starts no cases of another. In an
    application without units of its own every post counts.
    """
    own = directory.units
    if not own or all(post.unit in own for post in actor.posts):
        return actor
    return replace(actor, posts=tuple(post for post in actor.posts if post.unit in own))


def unit_of(row: Mapping[str, Any]) -> Unit:
    """Read a Unit from a ROW of units.csv or of the unit table; roles as ";" text or list."""
    roles = row["roles"]
    parts = roles.split(";") if isinstance(roles, str) else roles
    return Unit(
        code=row["code"],
        name=row["name"],
        level=row["level"],
        region=row["region"] or "",
        roles=frozenset(part.strip() for part in parts if part.strip()),
        place=row.get("place") or "",
        parent=row.get("parent") or "",
    )


def cut(region: str, level: str) -> str:
    """Give the division of LEVEL that REGION lies in, "" when REGION is not that precise.

    Codes are those of GB/T 2260: two digits a level, zeros to fill; longer ones (towns)
    begin with the code of their county. An internal code with a letter (a new area outside
    the standard) stands for a county and says nothing of the levels above.
    """
    if len(region) == 6 and region.isalnum() and not region.isdecimal():
        return region if level == "county" else ""
    if not (region.isdecimal() and len(region) >= 6):
        return ""
    county, prefecture, province = region[:6], region[:4] + "00", region[:2] + "0000"
    if level == "province":
        return province
    if level == "prefecture":
        return prefecture if prefecture != province else ""
    if level == "county":
        return county if county not in (prefecture, province) else ""
    return ""


def covers(region: str, level: str, case_region: str) -> bool:
    """Tell whether a unit of LEVEL in REGION answers for CASE_REGION."""
    return bool(region) and cut(case_region, level) == region


def above(level: str) -> str:
    """Give the level above LEVEL, "" above the province."""
    return {"place": "county", "county": "prefecture", "prefecture": "province"}.get(level, "")
