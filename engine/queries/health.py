"""Whether this installation can serve: the database answers and fits the release."""

from dataclasses import dataclass

import sqlalchemy as sa

from engine.context import View
from engine.store.machine import setting


@dataclass(frozen=True, slots=True)
class Readiness:
    """READY, or the codes of what is missing; no detail for strangers."""

    ready: bool
    reasons: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """Give the word of the health page."""
        return "ready" if self.ready else "not-ready"


def readiness(view: View) -> Readiness:
    """Make one round trip to the database and read whether it is under maintenance."""
    query = sa.select(setting.c.value).where(setting.c.name == "maintenance")
    under = view.connection.execute(query).scalar_one_or_none()
    return Readiness(not under, ("maintenance",) if under else ())
