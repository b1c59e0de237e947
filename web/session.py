"""Who asks and which engine answers: cookies, sessions, sign-in, Actor."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Response, current_app, g, request

from engine.base.actor import SYSTEM, Actor
from engine.base.errors import (
    Busy,
    InvalidRequest,
    NotAllowed,
    NotSignedIn,
    StorageFull,
    TooMany,
)
from engine.base.events import Limits
from engine.commands import accounts
from engine.commands.results import SignedIn, SignInTry
from engine.engine import Engine
from engine.queries import people
from web import passwords as rules
from web.settings import ENGINE, SETTINGS, WebSettings

T = TypeVar("T")
SEEN_EVERY = timedelta(seconds=60)  # the last use of a session is noted this often
WRONG = "用户名或密码不正确。"
# A valid hash of nothing: unknown names cost the same time as known ones.
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$c2hvdWh1LW5vYm9keQ$"
    "Gv3CXKkdGnKFP4ZMaVmZQe3mL3DAh2b9m3C1T0mnXyI"
)


class Passwords:
    """Argon2id with few hashes at a time: 64 MiB and 0.3 s each (reliability.md 6.6)."""

    def __init__(self, *, memory_kib: int = 65536, rounds: int = 3, at_once: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=4)
        self._slots = threading.BoundedSemaphore(at_once)

    def _guarded(self, work: Callable[[], T]) -> T:
        if not self._slots.acquire(timeout=3):
            raise Busy("登录人数较多，请稍候重试。")
        try:
            return work()
        finally:
            self._slots.release()

    def hash(self, password: str) -> str:
        """Give the hash to store for PASSWORD."""
        return self._guarded(lambda: self._hasher.hash(password))

    def fits(self, stored: str, password: str) -> bool:
        """Tell whether PASSWORD is the one behind STORED ("" = nobody: same time, False)."""

        def check() -> bool:
            try:
                return self._hasher.verify(stored or NOBODY, password) and bool(stored)
            except (VerificationError, InvalidHashError):
                return False

        return self._guarded(check)

    def outdated(self, stored: str) -> bool:
        """Tell whether STORED was made with other costs than today's."""
        return self._hasher.check_needs_rehash(stored)


def engine() -> Engine:
    """Give the engine that answers this application."""
    return cast(Engine, current_app.extensions[ENGINE])


def bounds() -> Limits:
    """Give the limits of the installation as they are now."""
    return engine().runtimes.bounds


def settings() -> WebSettings:
    """Give the settings of this application."""
    return cast(WebSettings, current_app.extensions[SETTINGS])


def passwords() -> Passwords:
    """Give the password hasher of this application."""
    return cast(Passwords, current_app.extensions["shouhu_passwords"])


def token() -> str:
    """Give the session token the request carries, "" without one."""
    return request.cookies.get(settings().cookie, "")


def by_cookie() -> bool:
    """Tell whether the request is signed in by cookie."""
    return bool(token())


def actor() -> Actor | None:
    """Give the signed-in person of this request, None without a living session."""
    signed = _signed()
    return signed.actor if signed else None


def require_actor() -> Actor:
    """Give the signed-in person, or refuse with 401."""
    found = actor()
    if found is None:
        raise NotSignedIn
    return found


def facts() -> people.SessionFacts:
    """Give person, posts and flags of the session, or refuse with 401."""
    signed = _signed()
    if signed is None:
        raise NotSignedIn
    return signed


def _signed() -> people.SessionFacts | None:
    if "signed" not in g:
        g.signed = _load()
    return cast("people.SessionFacts | None", g.signed)


def _load() -> people.SessionFacts | None:
    cookie = token()
    if not cookie:
        return None
    found = engine().ask(people.session_of, SYSTEM, token=cookie)
    if found is None:
        return None
    now, limits = machine_now(), settings()
    idle, age = now - found.seen_at, now - found.created_at
    if idle > limits.idle_limit or age > limits.absolute_limit:
        return None
    if idle > SEEN_EVERY:
        with suppress(Busy, StorageFull):  # reading goes on when writing cannot
            engine().execute(accounts.SeeSession(token=cookie, at=now), SYSTEM)
    return found


def ask(query: Callable[..., T], **kwargs: Any) -> T:
    """Ask QUERY as the signed-in person."""
    if "view" in g:
        return query(g.view, **kwargs)
    return engine().ask(query, require_actor(), **kwargs)


@contextmanager
def together() -> Iterator[None]:
    """Let all that is asked meanwhile share one transaction, and what it loads."""
    with engine().look(require_actor()) as g.view:
        try:
            yield
        finally:
            g.pop("view")


def _count(login: str) -> str:
    """Count one try and give the stored hash, "" for an unknown name; 429 when too many."""
    command = accounts.CountSignIn(login, request.remote_addr or "", machine_now())
    counted = cast(SignInTry, engine().execute(command, SYSTEM))
    if counted.retry_after:
        minutes = -(-counted.retry_after // 60)
        raise TooMany(
            f"登录尝试次数过多，请 {minutes} 分钟后再试。",
            code="sign-in-locked",
            retryAfter=counted.retry_after,
        )
    return counted.hash


def machine_now() -> datetime:
    """Give the machine's moment: sessions never follow the demo clock."""
    return settings().machine_clock.now()


def sign_in(login: str, password: str) -> SignedIn:
    """Check name and password and open a session; the old one of this browser ends."""
    stored = _count(login)
    if not passwords().fits(stored, password):
        raise NotSignedIn(WRONG, code="wrong-password")
    rehash = passwords().hash(password) if passwords().outdated(stored) else None
    address, old = request.remote_addr or "", token() or None
    command = accounts.SignIn(login, machine_now(), address, old, rehash)
    g.pop("signed", None)
    return cast(SignedIn, engine().execute(command, SYSTEM))


def confirm(password: str) -> None:
    """Ask who sits there: the PASSWORD once more, before what is protected is opened.

    For a short time it counts for what asks for no more than that, see `require_confirmed`.
    """
    login, address = require_actor().person, request.remote_addr or ""
    if not passwords().fits(_count(login), password):
        raise InvalidRequest("密码不正确，没有执行。", code="wrong-password")
    done = accounts.Confirmed(login, machine_now(), address, token())
    engine().execute(done, SYSTEM)
    g.pop("signed", None)


def confirmed_until() -> datetime | None:
    """Give until when the password told again counts; None when it does not."""
    at = facts().confirmed_at
    until = at + settings().confirmed_for if at is not None else None
    return until if until is not None and until > machine_now() else None


def require_confirmed() -> None:
    """Refuse what is as grave as a deployment without the password told again lately."""
    if confirmed_until() is None:
        minutes = int(settings().confirmed_for.total_seconds() // 60)
        raise NotAllowed(
            "发布影响以后所有的案件，请再输一次本人密码：先调用 "
            f"PUT /api/v1/session/confirmation，{minutes} 分钟内有效。",
            code="password-again",
        )


def password_change(old: str, new: str) -> accounts.ChangePassword:
    """Give the command that replaces the OLD password of the signed-in person by NEW."""
    made = checked_hash(old, new)
    return accounts.ChangePassword(made, token(), machine_now(), request.remote_addr or "")


def checked_hash(old: str, new: str) -> str:
    """Give the hash of a NEW password after checking its rules, then the OLD one."""
    person = require_actor().person
    rules.check(new, person)
    if not passwords().fits(_count(person), old):
        raise InvalidRequest("原密码不正确。", code="wrong-password")
    used = engine().ask(people.past_hashes, SYSTEM, login=person, limit=rules.LAST)
    rules.refuse_again(passwords().fits(hashed, new) for hashed in used)
    return passwords().hash(new)


def first_hash(password: str, login: str) -> str:
    """Give the hash of a first PASSWORD an administrator sets for LOGIN."""
    rules.check(password, login)
    return passwords().hash(password)


def must_change() -> bool:
    """Tell whether the signed-in person must choose a password before anything else."""
    signed = _signed()
    if signed is None:
        return False
    since = signed.password_since
    return signed.must_change or (since is not None and machine_now() - since > rules.OLDEST)


def set_cookie(response: Response, value: str) -> Response:
    """Give the browser its session TOKEN."""
    response.set_cookie(
        settings().cookie,
        value,
        secure=settings().tls,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def sign_out(response: Response) -> Response:
    """End the session and take the cookie back."""
    if token():
        engine().execute(accounts.SignOut(token(), machine_now()), require_actor())
    response.delete_cookie(
        settings().cookie, secure=settings().tls, httponly=True, samesite="Lax", path="/"
    )
    return response
