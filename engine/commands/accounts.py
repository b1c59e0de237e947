"""People, their posts and their sessions; passwords are hashed by the caller."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.base.errors import Conflict, InvalidRequest, NotFound, NotSignedIn
from engine.commands import organising
from engine.commands.results import Created, Nothing, SignedIn, SignInTry
from engine.context import Context
from engine.rules.permissions import may
from engine.store import organisation, people_rows, records
from engine.store.rows import Row

RIGHTS = frozenset({"process_owner", "scheduler", "admin", "all_regions"})
DUTIES = frozenset({"clerk", "leader"})
# reliability.md 6.6
WINDOW = timedelta(minutes=10)
LOCK = timedelta(minutes=10)
MOST_PER_NAME = 5
MOST_PER_ADDRESS = 30


@dataclass(frozen=True, slots=True)
class CountSignIn:
    """Count one try of LOGIN from ADDRESS before its password is checked.

    AT is the machine's moment (never the demo clock). Answers SignInTry with the stored
    hash, or retry_after when a name failed 5 times in 10 minutes, or an address 30 times.
    A sign-in that succeeds gives both counts back: a whole bureau may share one address.
    """

    login: str
    address: str
    at: datetime

    def run(self, ctx: Context) -> SignInTry:
        """Count in the database; parallel guesses cannot slip by."""
        window = _window(self.at)
        tries = people_rows.count_bucket(ctx.conn, _bucket(self.address), window)
        if tries > MOST_PER_ADDRESS:
            return SignInTry(retry_after=int((window + WINDOW - self.at).total_seconds()) + 1)
        row = people_rows.count_try(ctx.conn, self.login, self.at, WINDOW)
        if row is None:
            return SignInTry()
        until = row["locked_until"]
        if until is not None and until > self.at:
            return SignInTry(retry_after=int((until - self.at).total_seconds()) + 1)
        if row["failed"] > MOST_PER_NAME:
            until = self.at + LOCK
            people_rows.set_person(ctx.conn, self.login, locked_until=until)
            records.add_audit(ctx.conn, self.at, self.login, "SignInLocked", {})
            return SignInTry(retry_after=int(LOCK.total_seconds()))
        return SignInTry(hash=row["password"])


def _window(at: datetime) -> datetime:
    moment = at.astimezone(UTC)
    return moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)


def _bucket(address: str) -> str:
    return f"signin:{address}"


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

    def run(self, ctx: Context) -> SignedIn:
        """Forget the failures, give back the count of the address, open the session."""
        row = people_rows.load_person(ctx.conn, self.login)
        if row is None or not row["active"]:
            raise NotSignedIn
        values: Row = {"failed": 0, "failed_since": None, "locked_until": None}
        if self.rehash:
            values["password"] = self.rehash
        people_rows.set_person(ctx.conn, self.login, **values)
        people_rows.uncount_bucket(ctx.conn, _bucket(self.address), _window(self.at))
        if self.old_token:
            people_rows.end_sessions(ctx.conn, self.at, token=self.old_token)
        token = ctx.ids.token()
        people_rows.insert_session(ctx.conn, token, self.login, self.at)
        records.add_audit(ctx.conn, self.at, self.login, "SignIn", {"address": self.address})
        return SignedIn(
            person=self.login, name=row["name"], token=token, must_change=row["must_change"]
        )


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Note that LOGIN, already signed in, told the password once more: tries start anew.

    TOKEN is the session in which that counts for a while. Answers Nothing.
    """

    login: str
    at: datetime
    address: str = ""
    token: str = ""

    def run(self, ctx: Context) -> Nothing:
        """Forget the failures and give back the count of the address, as SignIn does."""
        if self.token:
            people_rows.confirm_session(ctx.conn, self.token, self.at)
        values: Row = {"failed": 0, "failed_since": None, "locked_until": None}
        people_rows.set_person(ctx.conn, self.login, **values)
        people_rows.uncount_bucket(ctx.conn, _bucket(self.address), _window(self.at))
        return Nothing()


@dataclass(frozen=True, slots=True)
class SeeSession:
    """Note that the session of TOKEN was used at AT. Answers Nothing."""

    token: str
    at: datetime

    def run(self, ctx: Context) -> Nothing:
        """Write the moment."""
        people_rows.see_session(ctx.conn, self.token, self.at)
        return Nothing()


@dataclass(frozen=True, slots=True)
class SignOut:
    """End the session of TOKEN. Answers Nothing."""

    token: str
    at: datetime

    def run(self, ctx: Context) -> Nothing:
        """End it and note it."""
        people_rows.end_sessions(ctx.conn, self.at, token=self.token)
        records.add_audit(ctx.conn, self.at, ctx.actor.person, "SignOut", {})
        return Nothing()


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

    def run(self, ctx: Context) -> Created:
        """Check, insert, count the change of the organisation."""
        may(ctx.actor, "accounts")
        organising.alone(ctx)
        if not self.login.strip() or self.login in ("system", "public"):
            text = "登录名不能为空，也不能是 system 或 public。"
            raise InvalidRequest(text, code="login-name")
        unknown = set(self.rights) - RIGHTS or {duty for _, duty in self.posts} - DUTIES
        if unknown:
            words = "、".join(sorted(unknown))
            raise InvalidRequest(f"没有这样的权限或职务：{words}。", code="right-unknown")
        if people_rows.load_person(ctx.conn, self.login) is not None:
            raise Conflict(f"登录名“{self.login}”已存在。", code="login-taken")
        codes = [code for code, _ in self.posts]
        missing = set(codes) - set(people_rows.unit_names(ctx.conn, codes))
        if missing:
            raise NotFound(f"没有编码为“{'、'.join(sorted(missing))}”的单位。")
        row: Row = {"id": self.login, "name": self.name, "rights": sorted(self.rights)}
        row |= {"active": True, "password": self.hash, "must_change": self.must_change}
        people_rows.insert_person(ctx.conn, row, self.posts)
        made: Row = {"valid_from": None, "made_by": ctx.actor.person, "made_at": ctx.now}
        held = [{"person": self.login, "unit": u, "duty": d, **made} for u, d in self.posts]
        organisation.add_tenures(ctx.conn, held)
        people_rows.organisation_changed(ctx.conn)
        detail = {"login": self.login, "rights": sorted(self.rights), "units": codes}
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, "CreatePerson", detail)
        return Created(id=self.login)


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Replace one's own password HASH; all other sessions end. Answers Nothing."""

    hash: str
    keep_token: str
    at: datetime
    address: str = ""  # where the old password was tried, once, with success

    def run(self, ctx: Context) -> Nothing:
        """Write the hash, give back the counted try, end the sessions elsewhere."""
        login = ctx.actor.person
        values: Row = {"failed": 0, "failed_since": None, "locked_until": None}
        values |= {"password": self.hash, "must_change": False}
        row = people_rows.load_person(ctx.conn, login)
        known = [one["hash"] for one in organisation.passwords(ctx.conn, login, 1)]
        if row is not None and row["password"] not in known:  # the first one counts as used
            organisation.keep_password(ctx.conn, login, row["password"], self.at)
        organisation.keep_password(ctx.conn, login, self.hash, self.at)
        people_rows.set_person(ctx.conn, login, **values)
        people_rows.uncount_bucket(ctx.conn, _bucket(self.address), _window(self.at))
        people_rows.end_sessions(ctx.conn, self.at, login=login, keep=self.keep_token)
        records.add_audit(ctx.conn, self.at, login, "ChangePassword", {})
        return Nothing()
