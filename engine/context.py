"""What a command (Context) and a query (View) may touch, and nothing else."""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.base import overrides
from engine.base.actor import Actor
from engine.base.clock import Clock
from engine.base.errors import InvalidDefinition, NotFound, NotSupported
from engine.base.events import Limits
from engine.base.findings import has_errors
from engine.base.ids import Ids
from engine.base.recent import Recent
from engine.bpmn.deploy import DeployEnv
from engine.calendars import Calendars
from engine.campaigns import LiveYears
from engine.library.application import Application, read_application
from engine.library.bundle import Bundle, from_files
from engine.library.overrides import variant, without_divisions
from engine.organisation import Organisation, Organisations
from engine.rules.units import Directory, build_directory, unit_of
from engine.runtime import Runtime
from engine.store import definitions, people_rows
from engine.store.rows import Conn, Row
from engine.variants import form_ids, variant_findings
from engine.versions import (
    Assembled,
    Deployed,
    SearchField,
    compile_version,
)

COMPILED = 48  # versions at most that engines of one process share
FIGURES = 512  # answers of the figures' pages kept, see engine.queries.kept_figures

__all__ = ["Assembled", "Context", "Deployed", "Runtimes", "SearchField", "View"]


class Runtimes:
    """The runtimes of this installation and the versions they compiled, least used first out.

    OVERRIDE (the setting SHOUHU_RUNTIME) chooses the runtime of all new instances.
    """

    def __init__(
        self,
        runtimes: Mapping[str, Runtime],
        *,
        services: frozenset[str] = frozenset(),
        override: str | None = None,
        size: int = 64,
    ) -> None:
        self._runtimes = dict(runtimes)
        self._services = services
        self._size = size
        self._override = override
        self._versions: Recent[tuple[str, str], Assembled] = Recent(size)
        self._compiled: Recent[tuple[str, str, frozenset[str]], Assembled] = Recent(COMPILED)
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._directories: OrderedDict[tuple[str, str, int], Directory] = OrderedDict()
        self.figures: Recent[Hashable, Any] = Recent(FIGURES)
        self._lock = threading.Lock()  # of the caches, held for moments
        self._calendars = Calendars()
        self._organisations = Organisations()
        self._bounds = Limits()
        self._compiling = threading.Lock()  # one compilation at a time: CPU is scarce

    def elsewhere(self, override: str | None = None) -> "Runtimes":
        """Give the same runtimes for another database, with what is compiled already."""
        made = Runtimes(
            self._runtimes, services=self._services, override=override, size=self._size
        )
        made._compiled = self._compiled
        return made

    @property
    def bounds(self) -> Limits:
        """Give the limits of the installation as this node knows them."""
        return self._bounds

    def adopt(self, limits: Limits) -> None:
        """Take over the LIMITS of the installation, for every step from now on."""
        self._bounds = limits

    def named(self, name: str) -> Runtime:
        """Give the runtime NAME."""
        if name not in self._runtimes:
            raise NotSupported(f"本系统没有安装运行引擎“{name}”。", runtime=name)
        return self._runtimes[name]

    @property
    def services(self) -> frozenset[str]:
        """Name the services a diagram may call."""
        return self._services

    def of_new(self, declared: str) -> Runtime:
        """Give the runtime of new instances of an application that DECLARED one."""
        return self.named(self._override or declared)

    def assemble(
        self, bundle: Bundle, *, runtime: str | None = None, processes: frozenset[str]
    ) -> Assembled:
        """Check and compile BUNDLE; PROCESSES are the keys other applications deployed.

        RUNTIME None: the one of new instances. What is known is not even read again.
        """
        key = (bundle.hash, runtime or self._override or "")  # "": as the bundle declares
        known = self._versions.get(key)
        if known is not None:
            return known
        with self._compiling:
            known = self._versions.get(key)
            if known is not None:
                return known
            made = self._compiled.get((*key, processes))
            if made is None:
                made = self._compile(bundle, runtime, processes)
            if made.deployed is not None:
                self._compiled.keep((*key, processes), made)
                self._versions.keep(key, made)
                self._versions.keep((bundle.hash, made.deployed.runtime.name), made)
        return made

    def _compile(
        self, bundle: Bundle, runtime: str | None, processes: frozenset[str]
    ) -> Assembled:
        application, findings = read_application(bundle)
        if application is None:
            return Assembled(findings)
        chosen = self.named(runtime) if runtime else self.of_new(application.runtime)
        made = self._base(bundle, application, chosen, processes)
        made = Assembled((*findings, *made.findings), made.deployed)
        if made.deployed is not None and application.overrides:
            made = self._with_divisions(bundle, made, made.deployed, processes)
        return made

    def _base(
        self,
        bundle: Bundle,
        application: Application,
        chosen: Runtime,
        processes: frozenset[str],
    ) -> Assembled:
        """Compile the files without what divisions keep, once however often that changes."""
        key = (f"base:{without_divisions(bundle).hash}", chosen.name, processes)
        made = self._compiled.get(key)
        if made is None:
            made = compile_version(bundle, application, chosen, self._env(processes))
            self._compiled.keep(key, made)
        if made.deployed is None:
            return made
        version = replace(made.deployed, application=application, hash=bundle.hash)
        return Assembled(made.findings, version)

    def _with_divisions(
        self, bundle: Bundle, made: Assembled, base: Deployed, processes: frozenset[str]
    ) -> Assembled:
        """Compile the versions of divisions with files of their own, and take the findings."""
        findings = list(made.findings)
        for division in base.application.overrides:
            own = variant(bundle, division)
            application, found = read_application(own)
            if application is None:
                return Assembled((*findings, *found))
            one = compile_version(own, application, base.runtime, self._env(processes))
            paths = overrides.replaced(bundle.files, division, overrides.OWN)
            findings.extend(variant_findings(base, one, paths, form_ids(bundle)))
            if one.deployed is not None:
                self._compiled.keep((own.hash, base.runtime.name, processes), one)
                self._versions.keep((own.hash, base.runtime.name), one)
        return Assembled(tuple(findings), None if has_errors(findings) else base)

    def _env(self, processes: frozenset[str]) -> DeployEnv:
        return DeployEnv(services=self._services, processes=processes)

    def definition(self, conn: Conn, definition_id: int) -> Row:
        """Give a definition row (see engine.store.definitions.definition_by_id), cached."""
        with self._lock:
            if definition_id in self._rows:
                return self._rows[definition_id]
        row = definitions.definition_by_id(conn, definition_id)
        if row is None:
            raise NotFound
        with self._lock:
            self._rows[definition_id] = row
            while len(self._rows) > self._size * 16:
                self._rows.popitem(last=False)
        return row

    def deployed(self, conn: Conn, definition_id: int, runtime: str) -> Deployed:
        """Give the compiled version DEFINITION_ID belongs to, for RUNTIME."""
        row = self.definition(conn, definition_id)
        known = self._versions.get((row["hash"], runtime))
        if known is not None and known.deployed is not None:
            return self._as_now(conn, known.deployed)
        return self.version(conn, row["bundle_id"], row["application"], runtime)

    def _as_now(self, conn: Conn, deployed: Deployed) -> Deployed:
        """Give the version as it counts now, once for a transaction that writes no setting."""
        key = (deployed.hash, deployed.runtime.name)
        known: Deployed | None = conn.memo.get(key)
        if known is None:
            known = conn.memo[key] = self._with_calendars(conn, deployed)
        return known

    def version(
        self, conn: Conn, bundle_id: int, application: str, runtime: str | None = None
    ) -> Deployed:
        """Give a stored bundle compiled; RUNTIME None: the one of new instances."""
        bundle = from_files(application, definitions.bundle_files(conn, bundle_id))
        keys = frozenset(definitions.latest_keys(conn, besides=application))
        made = self.assemble(bundle, runtime=runtime, processes=keys)
        if made.deployed is None:
            raise InvalidDefinition(made.findings)
        return self._as_now(conn, made.deployed)

    def _with_calendars(self, conn: Conn, deployed: Deployed) -> Deployed:
        """Give the version as it counts days now: with what people entered."""
        calendars = self._calendars.now(conn, deployed.calendars)
        live = self._organisations.now(conn, deployed.application, deployed.hash)
        made = replace(deployed, calendars=calendars, live=live, bounds=self._bounds)
        if not deployed.application.campaign:
            return made
        return replace(made, years=LiveYears(conn, deployed.application))

    def organisation(self, conn: Conn, deployed: Deployed) -> Organisation:
        """Give the records of the application with their dates and changes."""
        return self._organisations.get(conn, deployed.application, deployed.hash)

    def directory(
        self, conn: Conn, deployed: Deployed, version: int | None = None
    ) -> Directory:
        """Give the units of the application as they are now, cached by their VERSION."""
        application = deployed.application
        if version is None:
            version = people_rows.organisation_version(conn)
        key = (application.key, deployed.hash, version)
        with self._lock:
            known = self._directories.get(key)
        if known is None:
            rows = people_rows.units_of(conn, application.key)
            vacant = people_rows.vacant_units(conn, application.key)
            titles = self.organisation(conn, deployed).titles()
            known = build_directory(map(unit_of, rows), titles, vacant)
            if people_rows.organisation_unsure(conn):
                return known
            with self._lock:
                self._directories[key] = known
                while len(self._directories) > self._size:
                    self._directories.popitem(last=False)
        return known


@dataclass(frozen=True, slots=True)
class Context:
    """One transaction of one wish: five fields, no more."""

    conn: Conn  # the open write transaction
    runtimes: Runtimes
    actor: Actor
    clock: Clock
    ids: Ids

    @property
    def now(self) -> datetime:
        """Give the present moment of the business clock, UTC."""
        return self.clock.now()


@dataclass(frozen=True, slots=True)
class View:
    """One read-only transaction of one question."""

    connection: Conn
    actor: Actor
    clock: Clock
    runtimes: Runtimes

    @property
    def now(self) -> datetime:
        """Give the present moment of the business clock, UTC."""
        return self.clock.now()
