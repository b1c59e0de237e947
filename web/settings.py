"""Settings of the web layer, read once when the application is made."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from engine.base.clock import Clock, SystemClock

SETTINGS = "shouhu_settings"
ENGINE = "shouhu_engine"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How the web layer behaves; designed defaults unless a clause is named."""

    tls: bool = False  # behind TLS: Secure cookies with the __Host- name, HSTS
    idle_limit: timedelta = timedelta(minutes=30)  # reliability.md 6.5
    absolute_limit: timedelta = timedelta(hours=8)  # reliability.md 6.5
    confirmed_for: timedelta = timedelta(minutes=5)  # a password told again counts so long
    proxies: int = 0  # reverse proxies in front whose X-Forwarded-* headers count
    trusted_hosts: tuple[str, ...] = ()  # empty: any Host header
    requests_per_minute: int = 1200  # coarse shield per address and node
    public_per_minute: int = 120  # the same for public pages, which need no sign-in
    upload_limit: int = 50_000_000  # bytes of one attachment (operations.md 1 row 17)
    # Sessions and logins never use the demo clock.
    machine_clock: Clock = field(default_factory=SystemClock)

    @property
    def cookie(self) -> str:
        """Give the name of the session cookie."""
        return "__Host-sid" if self.tls else "sid"


def from_environment(environ: Mapping[str, str] = os.environ) -> WebSettings:
    """Read what an installation may change: SHOUHU_TLS, _PROXIES, _HOSTS, _RATE."""
    hosts = environ.get("SHOUHU_HOSTS", "")
    return WebSettings(
        tls=environ.get("SHOUHU_TLS", "") in ("1", "true", "yes"),
        proxies=int(environ.get("SHOUHU_PROXIES", "0") or 0),
        trusted_hosts=tuple(host.strip() for host in hosts.split(",") if host.strip()),
        requests_per_minute=int(environ.get("SHOUHU_RATE", "") or 1200),
    )
