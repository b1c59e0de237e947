"""An application as its files are, read lazily: only what a question needs is compiled."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from engine.base import overrides
from engine.base.events import Env
from engine.bpmn.deploy import Compiled, DeployEnv
from engine.delivery.services import NAMES
from engine.forms.compile import compile_form
from engine.forms.schema import FormSchema
from engine.library.application import Application, read_application
from engine.library.bundle import Bundle
from engine.rules.calendar import build_calendar
from engine.runtime import KernelRuntime
from engine.versions import Deployed

RUNTIME = KernelRuntime()
NOTHING = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="n"
 targetNamespace="n"><process id="nothing" isExecutable="true"><startEvent id="a"/>
<endEvent id="b"/><sequenceFlow id="f" sourceRef="a" targetRef="b"/></process></definitions>"""
# What was compiled before, by the bytes it was compiled from: a removal changes one file.
FORMS: dict[tuple[bytes, str], Any] = {}
PLANS: dict[Any, Compiled] = {}


class Reading:
    """The files of one application and what they say; nothing is deployed."""

    def __init__(self, bundle: Bundle, application: Application | None = None) -> None:
        """Read BUNDLE; APPLICATION, when known, is what its settings and registers say."""
        self.bundle = bundle
        self._known = application

    @cached_property
    def application(self) -> Application:
        """Read application.yaml and what it names."""
        if self._known is not None:
            return self._known
        found, findings = read_application(self.bundle)
        assert found is not None, [f.zh for f in findings if f.severity == "error"]
        return found

    def form(self, form: str) -> FormSchema:
        """Compile one form."""
        path = f"forms/{form}.json"
        assert path in self.bundle.files, f"no form {form}"
        key = (self.bundle.files[path], repr(self.application.values))
        if key not in FORMS:
            FORMS[key] = compile_form(self.bundle.files[path], path, self.application.values)
        schema, findings = FORMS[key]
        assert schema is not None, [f.zh for f in findings if f.severity == "error"]
        return schema

    def process(self, key: str) -> Deployed:
        """Compile one process with the tables and forms it uses."""
        path = self._path(key)
        drawn = self.bundle.files[path].decode()
        tables = self._holding(re.findall(r'decisionRef="([^"]+)"', drawn))
        return self._deployed({path: self.bundle.files[path], **tables}, self._env(drawn))

    def deciding(self, decision: str) -> Deployed:
        """Compile the table of one decision, with a diagram that does nothing."""
        tables = self._holding([decision])
        assert tables, f"no decision {decision}"
        return self._deployed({"nothing.bpmn": NOTHING, **tables}, self._env(""))

    def _holding(self, decisions: list[str]) -> dict[str, bytes]:
        """Give the table files that hold DECISIONS."""
        marks = [f'<decision id="{one}"'.encode() for one in decisions]
        tables = overrides.own(self.bundle.matching(".dmn"))
        return {p: d for p, d in tables.items() if any(mark in d for mark in marks)}

    @cached_property
    def _diagrams(self) -> Mapping[str, bytes]:
        found = self.bundle.matching(".bpmn")
        return {path: data for path, data in found.items() if "/" not in path}

    def _path(self, key: str) -> str:
        mark = f'<bpmn:process id="{key}"'.encode()
        found = [path for path, data in self._diagrams.items() if mark in data]
        assert found, f"no process {key}"
        return found[0]

    def _deployed(self, files: Mapping[str, bytes], env: DeployEnv) -> Deployed:
        key = (tuple(sorted(files.items())), repr(env))
        if key not in PLANS:
            PLANS[key] = RUNTIME.compile(files, env)
        made = PLANS[key]
        assert made.plans, [f.zh for f in made.findings if f.severity == "error"]
        return Deployed(
            self.application,
            RUNTIME,
            "",
            made.plans,
            made.facts,
            calendars=self._calendars,
            decisions=made.decisions,
            limits=made.limits,
        )

    def _env(self, drawn: str) -> DeployEnv:
        """Give what the text of a diagram refers to, and nothing else: it keeps longer."""
        known = [path[6:-5] for path in self.bundle.forms()]
        names = [name for name in known if name in drawn]
        forms = {name: self.form(name) for name in names}
        application = self.application
        return DeployEnv(
            forms={name: dict(form.fields) for name, form in forms.items()},
            derived={name: form.derived for name, form in forms.items()},
            roles=application.roles,
            services=NAMES,
            deadlines={
                key: row for key, row in application.deadlines.items() if f'"{key}"' in drawn
            },
            calendars={
                name: calendar.published_years(1990, 2100)
                for name, calendar in self._calendars.items()
            },
            settings={k: v for k, v in application.values.items() if f"settings.{k}" in drawn},
            processes=frozenset(self._keys),
        )

    @cached_property
    def _keys(self) -> list[str]:
        marks = [data.split(b'<bpmn:process id="') for data in self._diagrams.values()]
        return [piece.split(b'"')[0].decode() for parts in marks for piece in parts[1:]]

    @cached_property
    def _calendars(self) -> dict[str, Any]:
        application = self.application
        names = {application.calendar, *application.calendars}
        return {
            name: build_calendar(
                name, [(row.day, row.working) for row in application.calendars.get(name, ())]
            )
            for name in sorted(names)
        }

    @property
    def env(self) -> Env:
        """Give what an expression may use."""
        return Env(calendars=self._calendars, register=self.application.register)
