"""People, their posts and their sessions; passwords are hashed by the caller."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CountSignIn:
    """Count one try of LOGIN from ADDRESS before its password is checked.

    AT is the machine's moment (never the demo clock). Answers SignInTry with the stored
    hash; TooMany (details retryAfter seconds) after 5 failures of a name in 10 minutes or
    30 of an address.
    """

    login: str
    address: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SignIn:
    """Open a session for LOGIN whose password was verified; REHASH replaces the hash.

    Ends the session OLD_TOKEN if given (rotation). Answers SignedIn.
    """

    login: str
    at: datetime
    address: str = ""
    old_token: str | None = None
    rehash: str | None = None


@dataclass(frozen=True, slots=True)
class SeeSession:
    """Note that the session of TOKEN was used at AT. Answers Nothing."""

    token: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SignOut:
    """End the session of TOKEN. Answers Nothing."""

    token: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CreatePerson:
    """Create a person with a password HASH, RIGHTS and posts (unit code, duty).

    Right admin; answers Created.
    """

    login: str
    name: str
    hash: str
    rights: tuple[str, ...] = ()
    posts: tuple[tuple[str, str], ...] = ()
    must_change: bool = False


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Replace one's own password HASH; all other sessions end. Answers Nothing."""

    hash: str
    keep_token: str
    at: datetime
