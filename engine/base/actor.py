"""Who asks: a person with the posts held at this moment."""

from dataclasses import dataclass


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
class Actor:
    """A signed-in person, or the system itself."""

    person: str
    name: str
    posts: tuple[Post, ...] = ()
    rights: frozenset[str] = frozenset()  # process_owner, scheduler, admin, all_regions

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
