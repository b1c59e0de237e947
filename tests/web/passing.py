"""What the tests of 转办 and 撤回 share: a served installation with one process of theirs."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from werkzeug.test import TestResponse

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from engine.commands.accounts import CreatePerson
from engine.commands.definitions import Deploy
from tests.support.databases import Content
from tests.support.engines import build
from tests.support.site import FIRST, IDS, PASSWORD, PEOPLE, Site, bundle_files
from web.session import Passwords

EXTRA = Path(__file__).with_name("tiny_passing.bpmn")
LEADER = {"boss1": ("林局长", (), (("U-WOOD-1", "leader"),))}


def _filled(url: str) -> None:
    ids = CountingIds()
    files = {**bundle_files(), EXTRA.name: EXTRA.read_bytes()}
    hashed = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
    with TemporaryDirectory() as folder:
        engine = build(url, Path(folder), clock=FakeClock(shanghai(FIRST)), ids=ids)
        engine.execute(Deploy("tiny", files), SYSTEM)
        for login, (name, rights, posts) in (PEOPLE | LEADER).items():
            engine.execute(CreatePerson(login, name, hashed, rights, posts), SYSTEM)
        engine.close()
    assert ids.last < IDS


CONTENT = Content("passing", _filled)


def begun(site: Site, outcome: str = "vote", **more: Any) -> int:
    """Start a case and send it on; give its id."""
    data = {"station": "S1", "what": "堆土", "area": 12, "found_on": "2025-07-01"}
    body = {"processDefinitionKey": "tiny_passing", "variables": data}
    answer = site.browser("field1").post("/process-instances", body)
    assert answer.status_code == 201, answer.text
    case_id = int(answer.json["instanceId"])
    sent = site.complete("field1", case_id, "draft", outcome, **more)
    assert sent.status_code == 200, sent.text
    return case_id


def act(
    site: Site, login: str, case_id: int, node: str, verb: str, **said: Any
) -> TestResponse:
    """Do VERB on the open task at NODE with the version of the actor's unit's seat."""
    task = site.open_task(case_id, node)
    browser = site.browser(login)
    units = {post["unit"] for post in browser.get("/session").json["posts"]}
    seats = [one for one in task["seats"] if one["unit"] in units and one["state"] == "open"]
    version = seats[0]["version"] if seats else 1
    body = {"expectedVersion": version, **said}
    return browser.post(f"/user-tasks/{task['id']}/{verb}", body)
