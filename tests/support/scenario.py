"""given / when / then: people, units, elements and days of a story, told through /api/v1."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from engine.base.clock import SHANGHAI, FakeClock, shanghai
from engine.engine import Engine
from engine.worker import Worker

API = "/api/v1"
PASSWORD = "a long enough password"
OVERSEER = "overseer"  # login of a person who sees every case and acts on none
Json = dict[str, Any]
Open = set[tuple[str, str]]


@dataclass
class Browser:
    """One signed-in person: cookie, CSRF token and a fresh idempotency key per act."""

    client: FlaskClient
    login: str
    csrf: str = ""
    acts: int = 0

    def sign_in(self) -> None:
        """Sign in with the password everyone has here."""
        sent = {"login": self.login, "password": PASSWORD}
        self.csrf = self.send("POST", "/session", sent)["csrfToken"]

    def get(self, path: str, **query: str) -> Json:
        """Read PATH, expecting success."""
        answer = self.client.get(API + path, query_string=query)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json

    def send(self, method: str, path: str, body: Json, expect: int | None = None) -> Json:
        """Send BODY to PATH; success is expected unless EXPECT names another status."""
        answer = self.client.open(API + path, method=method, json=body, headers=self._head())
        good = answer.status_code == expect if expect else answer.status_code < 300
        assert good, f"{path}: {answer.status_code} {answer.text}"
        return answer.json or {}

    def upload(self, name: str, content: bytes, code: str) -> Json:
        """Upload a file and give its entry for an evidence field."""
        data = {"file": (io.BytesIO(content), name), "code": code}
        answer = self.client.post(
            f"{API}/attachments",
            data=data,
            headers=self._head(),
            content_type="multipart/form-data",
        )
        assert answer.status_code == 201, answer.text
        return {"attachmentId": answer.json["id"], "code": code, "name": name}

    def _head(self) -> dict[str, str]:
        self.acts += 1
        key = f"scenario-{self.login}-{self.acts:06}"[-64:].rjust(16, "0")
        return {"X-CSRF-Token": self.csrf, "Idempotency-Key": key}


@dataclass
class Scenario:
    """A story on one runtime and one database.

    CLERKS gives the login of the one clerk of each unit; WORKER does the machine's work.
    """

    app: Flask
    clock: FakeClock
    clerks: Mapping[str, str]
    worker: Worker
    application: str = "jiangxi"
    browsers: dict[str, Browser] = field(default_factory=dict)

    # --- given ------------------------------------------------------------------------------
    def given_moment(self, text: str) -> None:
        """Let the clock stand at TEXT, local time, and do what is due until then."""
        self.when_passes(text)

    # --- when -------------------------------------------------------------------------------
    def when_passes(self, text: str) -> None:
        """Let time pass until TEXT, e.g. "2025-12-01" or "2025-12-01 09:00"."""
        moment = shanghai(text if " " in text else f"{text} 09:00")
        self.worker.run_until(moment, self.clock.set)

    def when_started(self, unit: str, process: str, data: Json) -> Json:
        """Let the clerk of UNIT start PROCESS with DATA; gives the case."""
        body = {"processDefinitionKey": process, "variables": data}
        started = self.of(unit).send("POST", "/process-instances", body)
        self.worker.run_due()
        return self.case(started["instanceId"])

    def when_completes(
        self,
        unit: str,
        node: str,
        outcome: str,
        *,
        case: Json,
        data: Json | None = None,
        opinion: str = "",
        expect: int | None = None,
    ) -> Json:
        """Let the clerk of UNIT act on its open task at NODE of CASE."""
        task, seat = self.mine(unit, node, case)
        body = {"data": data or {}, "outcome": outcome, "opinion": opinion}
        body["expectedVersion"] = seat["version"]
        path = f"/user-tasks/{task['id']}/completion"
        answer = self.of(unit).send("POST", path, body, expect)
        self.worker.run_due()
        return answer

    def when_returns(
        self,
        unit: str,
        node: str,
        to: str,
        *,
        case: Json,
        reason: str,
        expect: int | None = None,
    ) -> Json:
        """Let the clerk of UNIT send CASE back (退回) from NODE to the element TO."""
        task, seat = self.mine(unit, node, case)
        body = {"target": to, "reason": reason, "expectedVersion": seat["version"]}
        answer = self.of(unit).send("POST", f"/user-tasks/{task['id']}/return", body, expect)
        self.worker.run_due()
        return answer

    def when_uploads(self, unit: str, *codes: str) -> list[Json]:
        """Let the clerk of UNIT upload one file per evidence code: a boundary, or a picture."""
        picture = b"\x89PNG\r\n\x1a\n" + bytes(64)
        made = []
        for number, code in enumerate(codes, 1):
            drawn = code == "矢量边界"
            name = f"evidence-{number}.{'geojson' if drawn else 'png'}"
            content = (b"" if drawn else picture) + f"{unit}{code}{number}".encode()
            made.append(self.of(unit).upload(name, content, code))
        return made

    # --- looking ----------------------------------------------------------------------------
    def of(self, unit: str) -> Browser:
        """Give the browser of the clerk of UNIT."""
        return self._browser(self.clerks[unit])

    def overseer(self) -> Browser:
        """Give the browser of the person who sees all."""
        return self._browser(OVERSEER)

    def case(self, instance_id: int) -> Json:
        """Read a case as it is now."""
        return self.overseer().get(f"/process-instances/{instance_id}")

    def cases(self, process: str, **wanted: Any) -> list[Json]:
        """Search the cases of PROCESS."""
        body = {"filter": {"processKey": process, **wanted}, "page": {"limit": 200}}
        return self.overseer().send("POST", "/process-instances/search", body)["items"]

    def tasks(self, case: Json, state: str | None = "OPEN") -> list[Json]:
        """List the tasks of CASE; STATE None: all there ever were."""
        wanted: Json = {"caseId": case["id"]}
        if state is not None:
            wanted["state"] = state
        body = {"filter": wanted, "page": {"limit": 200}}
        return self.overseer().send("POST", "/user-tasks/search", body)["items"]

    def mine(self, unit: str, node: str, case: Json) -> tuple[Json, Json]:
        """Find the open task at NODE and the open seat of UNIT on it."""
        for task in self.tasks(case):
            for seat in task["seats"]:
                if task["node"] == node and (seat["unit"], seat["state"]) == (unit, "open"):
                    return task, seat
        raise AssertionError(f"{unit} has nothing open at {node}: {self.open(case)}")

    def open(self, case: Json) -> Open:
        """Give (node, unit) of every open seat of CASE."""
        return {
            (task["node"], seat["unit"])
            for task in self.tasks(case)
            for seat in task["seats"]
            if seat["state"] == "open"
        }

    def ever(self, case: Json) -> Open:
        """Give (node, unit) of every seat there ever was."""
        return {(t["node"], s["unit"]) for t in self.tasks(case, None) for s in t["seats"]}

    def history(self, case: Json) -> list[Json]:
        """Give all lines of the chained history of CASE, oldest first."""
        lines: list[Json] = []
        after = None
        while True:
            query = {"limit": "200", **({"after": after} if after else {})}
            found = self.overseer().get(f"/process-instances/{case['id']}/history", **query)
            lines += found["items"]
            after = found["page"]["endCursor"]
            if not after or not found["items"]:
                return lines

    def form(self, unit: str, node: str, case: Json) -> Json:
        """Give what the form of the open task shows the clerk of UNIT, by field."""
        task, _ = self.mine(unit, node, case)
        return self.of(unit).get(f"/user-tasks/{task['id']}/form")["data"]

    def variables(self, case: Json) -> Json:
        """Give the variables of the case."""
        return self.overseer().get(f"/process-instances/{case['id']}/variables")

    def written(self, case: Json, name: str) -> list[Any]:
        """Give every value variable NAME ever had in CASE, called processes included."""
        patches = (
            line["detail"]["patch"]
            for line in self.history(case)
            if line["kind"] == "VariablesWritten"
        )
        return [patch[name] for patch in patches if name in patch]

    def stands_on(self, case: Json) -> set[str]:
        """Name the elements of the case's own diagram that hold a token."""
        marks = self.overseer().get(f"/process-instances/{case['id']}/diagram")
        return {one["element"] for one in marks["marks"] if one["state"] == "current"}

    def setting(self, name: str) -> Any:
        """Give the value of a setting of the deployed application."""
        engine: Engine = self.worker.engine
        with engine.database.read() as conn:
            version = engine.runtimes.version(conn, 1, self.application)
        return version.application.values[name]

    def told(self, case: Json) -> set[str]:
        """Name everyone who was sent a notice about CASE, e.g. "unit:JX-STT"."""
        lines = (line for line in self.history(case) if line["kind"] == "Notified")
        return {recipient for line in lines for recipient in line["detail"]["to"]}

    def rungs(self, case: Json) -> list[Json]:
        """Give what was done about limits of CASE: node, level, to, decision, in order."""
        lines = (line for line in self.history(case) if line["kind"] == "Escalated")
        return [{"node": line["node"], **line["detail"]} for line in lines]

    def decisions(self, case: Json) -> list[Json]:
        """Give what is on record of each decision taken in CASE."""
        lines = self.history(case)
        return [line["detail"] for line in lines if line["kind"] == "DecisionEvaluated"]

    def rows(self, case: Json) -> list[str]:
        """Give the ids of the table rows that decided in CASE, in order."""
        tables = (table for taken in self.decisions(case) for table in taken["tables"])
        return [row for table in tables for row in table["rows"]]

    def ledger_row(self, ledger: str, number: str) -> Json:
        """Give the values of the row NUMBER of a ledger."""
        body: Json = {"filter": {}, "page": {"limit": 200}}
        path = f"/ledgers/{ledger}/rows/search"
        rows = self.overseer().send("POST", path, body)["items"]
        return next(row["values"] for row in rows if row["number"] == number)

    def metric(self, report: str, year: int) -> Json:
        """Give figure and breakdowns of a report of YEAR as they are now."""
        path = f"/metrics/{self.application}/{report}"
        return self.overseer().get(path, year=str(year))

    def counted(self, report: str, year: int) -> tuple[int | None, int]:
        """Give numerator and denominator of a report of YEAR."""
        figure = self.metric(report, year)["figure"]
        return figure["numerator"], figure["denominator"]

    # --- then -------------------------------------------------------------------------------
    def then_waits_at(self, case: Json, *expected: tuple[str, str]) -> None:
        """Check that exactly these (node, unit) seats are open."""
        found = self.open(case)
        assert found == set(expected), f"waits at {sorted(found)}"

    def then_state(self, case: Json, state: str) -> None:
        """Check the state of the case."""
        found = self.case(case["id"])["stateName"]
        assert found == state, f"{found}, not {state}"

    def then_due(self, case: Json, node: str, day: str) -> None:
        """Check that the open task at NODE is due at the end of DAY, local time."""
        found = {task["dueAt"] for task in self.tasks(case) if task["node"] == node}
        assert found == {f"{day}T23:59:59+08:00"}, f"due {found}"

    def then_never(self, case: Json, *forbidden: str) -> None:
        """Check that no unit of FORBIDDEN ever had a seat in CASE."""
        assert not {unit for _, unit in self.ever(case)} & set(forbidden)

    def then_every_decision_names_table_version_and_row(self, case: Json) -> None:
        """Check that each routing can be explained later."""
        for taken in self.decisions(case):
            assert taken["version"]
            assert taken["tables"]
            for table in taken["tables"]:
                assert table["table"]
                assert table["rows"] or table["hit_policy"] == "C"  # a list may be empty
                assert table["inputs"]

    def then_every_transition_is_on_record(self, case: Json) -> None:
        """Check one line per seat's act, with unit and person, and no gap in the chain."""
        lines = self.history(case)
        assert [line["no"] for line in lines] == list(range(1, len(lines) + 1))
        acts = [
            (line["node"], line["unit"], line["actorName"], line["detail"]["opinion"])
            for line in lines
            if line["kind"] == "CompleteTask"
        ]
        seats = [
            (task["node"], seat["unit"], seat["personName"], seat["opinion"] or "")
            for task in self.tasks(case, None)
            for seat in task["seats"]
            if seat["state"] == "done"
        ]
        assert sorted(acts) == sorted(seats)

    def then_all_is_on_record(self, *cases: Json, never: tuple[str, ...] = ()) -> None:
        """Check what holds after every scenario for CASES; units of NEVER had no task.

        One entry per act with unit and reason, one per state; every decision with table,
        version and row; nothing is stuck.
        """
        for case in cases:
            self.then_every_transition_is_on_record(case)
            self.then_every_decision_names_table_version_and_row(case)
            self.then_never(case, *never)
            lines = [line for line in self.history(case) if line["kind"] == "CompleteTask"]
            assert all(line["unit"] and line["at"] for line in lines)
            reasoned = {"reject", "return", "exclude"}
            facts = [line for line in lines if line["detail"].get("action") in reasoned]
            assert all(line["detail"]["opinion"] for line in facts)
        self.then_no_incidents()

    def states(self, case: Json) -> list[str]:
        """Give the states CASE went through, in order, as its history has them."""
        lines = (line["detail"] for line in self.history(case))
        return [detail["state"] for detail in lines if detail.get("state")]

    def then_no_incidents(self) -> None:
        """Check that nothing is stuck."""
        body: Json = {"filter": {"state": "OPEN"}}
        assert self.overseer().send("POST", "/incidents/search", body)["items"] == []

    def today(self) -> str:
        """Give the local day of the clock."""
        return self.clock.now().astimezone(SHANGHAI).date().isoformat()

    def _browser(self, login: str) -> Browser:
        if login not in self.browsers:
            browser = Browser(self.app.test_client(), login)
            browser.sign_in()
            self.browsers[login] = browser
        return self.browsers[login]
