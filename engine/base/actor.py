"""Who asks: a person with the posts held at this moment."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Post:
    """One post a person holds: UNIT code, its ROLE group, LEVEL and REGION code."""

    unit: str
    unit_name: str
    role: str  # role group code of the application, e.g. a lane's code
    level: str  # county | prefecture | province | place
    region: str  # division code of the unit, "" for none
    duty: str = "clerk"  # clerk | leader


@dataclass(frozen=True, slots=True)
class Behalf:
    """Somebody the actor stands in for (代理): PERSON, called NAME, with the UNITS held.

    It counts from FROM_AT until before UNTIL_AT, for cases of PROCESSES (empty: all) in
    REGION (a division code, "" for all).
    """

    person: str
    name: str
    units: frozenset[str]
    from_at: datetime
    until_at: datetime
    processes: tuple[str, ...] = ()
    region: str = ""

    @property
    def digits(self) -> str:
        """Give what the codes of all divisions within REGION begin with."""
        if len(self.region) != 6 or not self.region.isdecimal():
            return self.region
        return self.region.removesuffix("00").removesuffix("00")


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, or the system itself."""

    person: str
    name: str
    posts: tuple[Post, ...] = ()
    rights: frozenset[str] = frozenset()  # process_owner, scheduler, admin, all_regions
    behalves: tuple[Behalf, ...] = ()  # whom the person stands in for now
    lapsed: tuple[Behalf, ...] = ()  # lately over: only to say so

    @property
    def units(self) -> frozenset[str]:
        """Give the codes of the units the person acts for."""
        return frozenset(post.unit for post in self.posts)

    def may(self, right: str) -> bool:
        """Tell whether the person holds RIGHT."""
        return right in self.rights


# Whoever uses a public page: no account, no rights, nothing in sight.
PUBLIC = Actor(person="public", name="公众")
SYSTEM = Actor(
    person="system",
    name="系统自动",
    rights=frozenset({"process_owner", "scheduler", "admin", "all_regions", "system"}),
)
