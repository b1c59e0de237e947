"""Nine units, a few small rounds, and shorthand to act on them through HTTP."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from werkzeug.test import TestResponse

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from engine.commands.accounts import CreatePerson
from engine.commands.definitions import Deploy
from engine.commands.instances import StartInstance
from tests.support.databases import Content
from tests.support.engines import build
from tests.support.site import APPS, FIRST, IDS, PASSWORD, Site, bundle_files
from web.session import Passwords

UNITS = [f"U-V{n}" for n in range(9)]
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:gov="urn:shouhu:bpmn:gov:1" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    id="d_{key}" targetNamespace="urn:t">
  <bpmn:process id="{key}" name="票决" isExecutable="true" gov:calendar="cn">
    <bpmn:startEvent id="s" name="开始"/>
    <bpmn:userTask id="ballot" name="表决"><bpmn:extensionElements>{inner}
      <gov:due amount="2" unit="workingDay" from="created"/>
      <gov:outcome value="yes" label="同意" action="approve"/>
      <gov:outcome value="no" label="不同意" action="reject"/>
    </bpmn:extensionElements></bpmn:userTask>
    <bpmn:userTask id="after" name="归档"><bpmn:extensionElements>
      <gov:assignment role="HEAD" org="U-HEAD"/></bpmn:extensionElements></bpmn:userTask>
    <bpmn:endEvent id="e" name="结束"/>
    <bpmn:sequenceFlow id="a" sourceRef="s" targetRef="ballot"/>
    <bpmn:sequenceFlow id="b" sourceRef="ballot" targetRef="after"/>
    <bpmn:sequenceFlow id="c" sourceRef="after" targetRef="e"/>
  </bpmn:process>
</bpmn:definitions>
"""
VOTE = '<gov:voteRule base="all" threshold="2/3" compare="ge"/>'


def drawn(count: int, rule: str, more: str = "", inner: str = "") -> str:
    members = ", ".join(f'"{code}"' for code in UNITS[:count])
    return f"<gov:seats rule=\"{rule}\" members='[{members}]' {more}>{inner}</gov:seats>"


ROUNDS = {  # process key: its seats
    "vote": drawn(5, "vote", 'add="beside"', VOTE),
    "small": drawn(3, "all", 'add="beside" maxSeats="4"'),
    "fixed": '<gov:assignment role="CLERKS" delegable="false"/>' + drawn(2, "all"),
    "queue": drawn(3, "sequential", 'add="beside"'),
}


def _filled(url: str) -> None:
    with TemporaryDirectory() as folder:
        engine = build(url, Path(folder), clock=FakeClock(shanghai(FIRST)), ids=CountingIds())
        files = bundle_files()
        place = APPS / "processes/tiny/organisation/units.csv"
        units = place.read_text(encoding="utf-8").rstrip("\n")
        units += "".join(f"\n{code},{code}局,prefecture,990100,HEAD,," for code in UNITS)
        files["organisation/units.csv"] = (units + "\n").encode()
        for key, inner in ROUNDS.items():
            text = HEAD.format(key=key, inner=inner.replace("CLERKS", "HEAD"))
            files[f"{key}.bpmn"] = text.encode()
        engine.execute(Deploy("tiny", files), SYSTEM)
        hashed = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
        for n, code in enumerate(UNITS):
            posts = ((code, "clerk"),)
            engine.execute(CreatePerson(f"v{n}", f"委员{n}", hashed, (), posts), SYSTEM)
        chief = CreatePerson("scheduler", "调度", hashed, ("scheduler",), ())
        engine.execute(chief, SYSTEM)
        clerk = CreatePerson("head", "市局", hashed, (), (("U-HEAD", "clerk"),))
        engine.execute(clerk, SYSTEM)
        also = CreatePerson("v0b", "委员乙", hashed, (), (("U-V0", "clerk"),))
        engine.execute(also, SYSTEM)
        engine.execute(CreatePerson("nobody", "路人", hashed, (), ()), SYSTEM)
        engine.close()


CONTENT = Content("seats", _filled)
__all__ = ["CONTENT", "IDS", "UNITS", "Round"]


@dataclass
class Round:
    """One open round of a case, acted on as people do."""

    site: Site
    case: int
    task: int

    @classmethod
    def of(cls, site: Site, key: str) -> "Round":
        case_id = site.engine.execute(StartInstance(key), SYSTEM).instance_id
        return cls(site, case_id, site.open_task(case_id, "ballot")["id"])

    def row(self, login: str = "scheduler") -> dict[str, Any]:
        return dict(self.site.browser(login).get(f"/user-tasks/{self.task}").json)

    def seat(self, who: str) -> dict[str, Any]:
        """Give the newest seat of a unit (by code) or of a person (by login)."""
        seats = [s for s in self.row()["seats"] if who in (s["unit"], s["person"])]
        return dict(seats[-1])

    def say(self, login: str, outcome: str, **more: Any) -> TestResponse:
        seat = self.seat(more.pop("seat", login.upper().replace("V", "U-V")))
        body = {"outcome": outcome, "expectedVersion": seat["version"], **more}
        return self.site.browser(login).post(f"/user-tasks/{self.task}/completion", body)

    def send(self, login: str, method: str, noun: str, **body: Any) -> TestResponse:
        return self.site.browser(login).call(method, f"/user-tasks/{self.task}/{noun}", body)

    def add(self, login: str, *units: str, **more: Any) -> TestResponse:
        row = self.row()
        body = {"units": list(units), "compositionVersion": row["compositionVersion"]}
        body["expectedVersion"] = self.seat(login.upper().replace("V", "U-V"))["version"]
        return self.send(login, "POST", "seats", **{**body, **more})

    def remove(self, login: str, who: str, **more: Any) -> TestResponse:
        row, seat = self.row(), self.seat(who)
        body = {"seatId": seat["id"], "reason": "该单位与本事项没有关系", **more}
        body |= {"compositionVersion": row["compositionVersion"]}
        return self.send(login, "DELETE", "seats", expectedVersion=seat["version"], **body)

    def lines(self, kind: str) -> list[dict[str, Any]]:
        found = self.site.browser("scheduler").get(
            f"/process-instances/{self.case}/history", limit=200
        )
        return [one["detail"] for one in found.json["items"] if one["kind"] == kind]
