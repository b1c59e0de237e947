"""Public pages and the vault: what a visitor can do, what nobody but the handler learns."""

import base64
import hashlib
import io
import json
import logging
import re
import urllib.parse
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.base.actor import SYSTEM
from engine.commands.vaulting import EraseVault, RewrapVault, hour
from engine.store import codec, vault
from engine.store.columns import metadata
from engine.store.keyring import Keyring, Sealed, VaultClosed
from tests.support.looking import look, released
from tests.support.scenario import Json, Scenario

HOME = "/public/guiyang"
SEND = f"{HOME}/send/report"
CODE = "a-secret-of-128-bits-or-more"
NAME, PHONE = "欧阳金丝雀", "13987654321"
CONTROL = "排污口旁有红色铁皮棚"
FORESTRY = "GY-LY"
TIP = {"pa_or_reserve": "GY-01", "location": "红枫湖北岸", "content": f"{CONTROL}，夜间排污。"}
NAMED = {**TIP, "reporter": NAME, "contact": PHONE}


# Rights and doors do not depend on the database; what is stored is looked at on both.
ONCE = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


@pytest.fixture
def guiyang_runtime() -> str:
    """Doors and vault do not depend on the runtime."""
    return "kernel"


def visit(story: Scenario) -> tuple[FlaskClient, str]:
    """Open the form as a stranger; gives the browser and its token."""
    client = story.app.test_client()
    page = client.get(SEND)
    assert page.status_code == 200
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    return client, found.group(1)


def sent(story: Scenario, data: Json, code: str = CODE, **more: Any) -> TestResponse:
    """Fill the form in and send it."""
    client, token = visit(story)
    body = {"csrf_token": token, "code": code, **data, **more}
    return client.post(SEND, data=body, content_type="multipart/form-data")


def status_of(story: Scenario, number: str, code: str) -> TestResponse:
    client, token = visit(story)
    body = {"csrf_token": token, "number": number, "code": code}
    return client.post(f"{HOME}/status", data=body)


def picture() -> bytes:
    """Give a JPEG whose EXIF and comment tell something."""
    told = b"Exif\x00\x00" + b"GPS " + NAME.encode()
    part = b"\xff\xe1" + (len(told) + 2).to_bytes(2, "big") + told
    part += b"\xff\xfe" + (len(PHONE) + 2).to_bytes(2, "big") + PHONE.encode()
    return b"\xff\xd8" + part + b"\xff\xda\x00\x02" + b"pixels" + b"\xff\xd9"


@ONCE
@pytest.mark.requirement("J-35", "J-36")
def test_a_visitor_sends_a_tip_and_asks_its_state(guiyang_story: Scenario) -> None:
    story = guiyang_story
    first = sent(story, NAMED, attachments=(io.BytesIO(picture()), f"{NAME}.jpg"))
    assert first.status_code == 200, first.text
    assert "JB-2026-00001" in first.text
    assert CODE in first.text
    assert first.headers["Cache-Control"] == "no-store"
    again = sent(story, NAMED)  # a double click: the same code, the same case
    assert "JB-2026-00001" in again.text
    story.worker.run_due()
    (case,) = story.cases("gy_report")
    story.then_waits_at(case, ("examine_report", FORESTRY))
    assert (case["title"], story.variables(case)["channel"]) == ("举报：红枫湖北岸", "网络")
    (file,) = story.variables(case)["attachments"]
    assert file["name"] == "photo-1.jpg"
    kept = story.of(FORESTRY).client.get(
        f"/api/v1/attachments/{file['attachmentId']}/content"
    ).data
    assert b"pixels" in kept
    assert NAME.encode() not in kept
    assert PHONE.encode() not in kept
    told = status_of(story, "JB-2026-00001", CODE)
    assert "收到" in told.text
    assert TIP["location"] not in told.text
    for number, code in (("JB-2026-00001", "x" * 30), ("JB-2026-00002", CODE)):
        wrong = status_of(story, number, code)
        assert wrong.status_code == 404
        assert "没有找到" in wrong.text


@ONCE
def test_an_anonymous_tip_keeps_no_name_even_when_one_was_typed(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    answer = sent(story, NAMED, anonymous="on")
    assert answer.status_code == 200, answer.text
    assert tables(story)["vault_entry"] == []
    (case,) = story.cases("gy_report")
    assert story.variables(case)["anonymous"] is True


@ONCE
def test_a_hostile_visitor_gets_nowhere(guiyang_story: Scenario) -> None:
    story = guiyang_story
    client = story.app.test_client()
    assert client.post(SEND, data=NAMED).status_code == 403  # never fetched the form
    assert sent(story, NAMED, csrf_token="x").status_code == 403
    assert sent(story, NAMED, website="http://x").status_code == 422  # fills what is hidden
    assert sent(story, NAMED, code="short").status_code == 422
    assert sent(story, {**NAMED, "content": "短"}).status_code == 422
    other, token = visit(story)
    body = {"csrf_token": token, "code": CODE, **NAMED}
    far = {"Origin": "https://elsewhere.example"}
    assert other.post(SEND, data=body, headers=far).status_code == 403
    bad = {**NAMED, "content": "短"}
    answers = [sent(story, bad).status_code for _ in range(3)]  # with the three above: six
    assert answers == [422, 422, 429]
    flooded = sent(story, NAMED)
    assert flooded.status_code == 429
    assert int(flooded.headers["Retry-After"]) > 0
    with story.worker.engine.database.read() as conn:  # who floods uses up nobody's share
        counted = sa.text("SELECT n FROM rate_bucket WHERE key = 'visit:intake'")
        assert conn.execute(counted).scalar_one() == 5
    assert story.cases("gy_report") == []
    for path in ("/public/none", f"{HOME}/send/none", f"{HOME}/item/JB-2026-00001"):
        assert client.get(path).status_code == 404


@ONCE
def test_files_of_a_visitor_are_pictures_or_refused(guiyang_story: Scenario) -> None:
    story = guiyang_story
    for content, name in ((b"<svg onload=x>", "a.svg"), (b"%PDF-1.7", "a.pdf")):
        answer = sent(story, NAMED, attachments=(io.BytesIO(content), name))
        assert answer.status_code == 415
    fake = sent(story, NAMED, attachments=(io.BytesIO(b"MZ" + bytes(40)), "a.jpg"))
    assert fake.status_code == 415
    assert story.cases("gy_report") == []


@ONCE
def test_fields_a_form_does_not_ask_for_are_not_taken(guiyang_story: Scenario) -> None:
    story = guiyang_story
    assert sent(story, NAMED, triage="受理", channel="来访", region="520181").status_code == 200
    (case,) = story.cases("gy_report")
    assert story.variables(case)["triage"] is None
    assert story.variables(case)["channel"] == "网络"


@ONCE
@pytest.mark.requirement("J-35", "J-37")
def test_the_public_page_shows_what_is_published_and_the_same_to_everybody(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    sent(story, NAMED)
    seen = story.app.test_client().get(HOME)
    assert "尚未公布" in seen.text
    assert "12345" in seen.text
    assert CONTROL not in seen.text
    assert "红枫湖北岸" not in seen.text
    assert "public" in seen.headers["Cache-Control"]
    assert "Set-Cookie" not in seen.headers
    assert story.of(FORESTRY).client.get(HOME).data == seen.data  # signed in: the same page
    kept = story.app.test_client().get(HOME, headers={"If-None-Match": seen.headers["ETag"]})
    assert kept.status_code == 304


def tables(story: Scenario) -> dict[str, list[str]]:
    """Dump every table of the database as texts, packed values unpacked."""
    found: dict[str, list[str]] = {}
    with story.worker.engine.database.read() as conn:
        for table in metadata.sorted_tables:
            rows = conn.execute(sa.select(table)).mappings().all()
            found[table.name] = ["|".join(map(_text, row.values())) for row in rows]
    return found


def _text(value: Any) -> str:
    if not isinstance(value, bytes):
        return repr(value)
    try:
        return value.decode("latin-1") + repr(codec.decode(value))
    except Exception:  # noqa: BLE001 -- not every value is packed
        return value.decode("latin-1") + value.decode("utf-8", "replace")


def forms_of(word: str) -> list[str]:
    """Give WORD as it might lie somewhere: plain, in an address, in base64, in UTF-16 …"""
    raw = word.encode()
    spelt = [word, raw.decode("latin-1"), urllib.parse.quote(word), ascii(word)[1:-1]]
    spelt += [base64.b64encode(raw).decode()[:-4], raw.hex()]
    return [*spelt, word.encode("utf-16-le").decode("latin-1")]


def test_the_reporter_appears_nowhere_outside_the_vault(
    guiyang_story: Scenario,
    data_dir: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO)
    story = guiyang_story
    sent(story, NAMED)
    story.worker.run_due()
    (case,) = story.cases("gy_report")
    task, _ = story.mine(FORESTRY, "examine_report", case)
    handler, path = story.of(FORESTRY), f"/user-tasks/{task['id']}"
    handler.send("PUT", f"{path}/assignment", {})
    typed = {"data": {"reporter": NAME, "in_territory": True}, "opinion": "", "outcome": None}
    head = {**handler._head(), "If-Match": '"0"'}
    draft = handler.client.put(f"/api/v1{path}/draft", json={"data": typed}, headers=head)
    assert draft.status_code == 200, draft.text
    wrong = {"data": {"reporter": NAME, "nothing": PHONE}, "outcome": "x", "expectedVersion": 9}
    handler.send("POST", f"{path}/completion", wrong, 422)
    released(story, FORESTRY, task)
    found = look(story, FORESTRY, task)
    assert found["values"] == {"reporter": NAME, "contact": PHONE}
    everything = {**{f"table {k}": v for k, v in tables(story).items()}}
    everything |= answers(story, case, task)
    out = capsys.readouterr()
    everything["logs"] = [out.out, out.err, caplog.text]
    everything["files"] = [p.read_bytes().decode("latin-1") for p in data_dir.rglob("*.*")]
    control = [place for place, texts in everything.items() if any(CONTROL in t for t in texts)]
    assert len(control) > 4  # the search finds what is not protected
    for word in (NAME, PHONE):
        for spelling in forms_of(word):
            hit = [p for p, texts in everything.items() if any(spelling in t for t in texts)]
            assert hit == [], f"{word} as {spelling!r}"
    (line,) = [r for r in tables(story)["audit"] if "'LookIntoVault'" in r]
    assert "核对举报情况" in line
    assert "reporter" in line


def answers(story: Scenario, case: Json, task: Json) -> dict[str, list[str]]:
    """Ask everything one may ask about the case, as who sees all and as the handler."""
    one, ledger = f"/process-instances/{case['id']}", "/ledgers/report"
    paths = [one, f"{one}/variables", f"{one}/history", f"{one}/diagram"]
    paths += [f"/user-tasks/{task['id']}", f"/user-tasks/{task['id']}/form"]
    paths += [f"{one}/documents", f"{one}/dossier"]
    papers = [f"/user-tasks/{task['id']}/print?format=docx", f"{ledger}/print?format=docx"]
    found: dict[str, list[str]] = {}
    for who in (story.overseer(), story.of(FORESTRY)):
        for path in paths + papers:
            answer = who.client.get(f"/api/v1{path}")
            found[f"{who.login} {path}"] = _unpacked(answer)
        for path in (f"/case/{case['number']}", f"/case/{case['number']}/task/{task['id']}"):
            page = who.client.get(path)
            assert page.status_code == 200
            found[f"{who.login} {path}"] = [page.text]
        rows = who.send("POST", f"{ledger}/rows/search", {"filter": {}})
        body = {"filter": {}}
        sheet = who.client.post(f"/api/v1{ledger}/exports", json=body, headers=who._head())
        found[f"{who.login} rows"] = [str(rows), *_unpacked(sheet)]
    return found


def _unpacked(answer: TestResponse) -> list[str]:
    """Give the texts of an answer, of every file inside when it is a package."""
    assert answer.status_code in (200, 404), answer.text
    if not answer.data.startswith(b"PK"):
        return [answer.text, answer.data.decode("latin-1")]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        return [package.read(name).decode("utf-8", "replace") for name in package.namelist()]


@ONCE
def test_a_reporter_is_erased_when_the_time_is_over(guiyang_story: Scenario) -> None:
    story = guiyang_story
    sent(story, NAMED)
    story.worker.run_due()
    (case,) = story.cases("gy_report")
    case = story.case(case["id"])
    engine = story.worker.engine
    reason = {"reason": "办结后满一年应当销毁", "expectedVersion": case["version"]}
    story.overseer().send("POST", f"/process-instances/{case['id']}/cancellation", reason)
    for days, left in ((364, 2), (366, 0)):
        story.clock.advance(timedelta(days=days - (364 if left == 0 else 0)))
        engine.execute(EraseVault(hour(engine.clock.now())), SYSTEM)
        kept = [row for row in tables(story)["vault_entry"] if row.endswith("None")]
        assert len(kept) == left
    assert all("b''" in row or "||" in row for row in tables(story)["vault_entry"])


def test_keys_turn_and_a_value_moved_elsewhere_does_not_open(
    guiyang_story: Scenario, data_dir: Path
) -> None:
    story = guiyang_story
    sent(story, NAMED)
    file = data_dir / "vault.key"
    assert file.stat().st_mode & 0o777 == 0o400
    old = file.read_text().strip()
    new = base64.b64encode(bytes(range(32))).decode()
    engine = story.worker.engine
    ring = engine.database.keyring
    assert ring is not None
    ring.environ, ring._keys = {"SHOUHU_VAULT_KEY": f"{new},{old}"}, ()
    assert story.worker.keep_vault() == 2
    assert engine.execute(RewrapVault(), SYSTEM).as_dict()["count"] == 0
    alone = Keyring(data_dir, {"SHOUHU_VAULT_KEY": new})
    with engine.database.read() as conn:
        row = conn.execute(sa.text("SELECT * FROM vault_entry WHERE field = 'contact'")).one()
        uid = conn.execute(sa.text("SELECT uid FROM instance")).scalar_one()
    kept = Sealed(row.key_id, bytes(row.wrapped), bytes(row.sealed))
    assert alone.open(kept, f"{uid}/contact") == PHONE
    for about in (f"{uid}/reporter", "another-case/contact"):
        with pytest.raises(VaultClosed):
            alone.open(kept, about)
    with pytest.raises(VaultClosed, match="旧密钥"):
        Keyring(data_dir, {"SHOUHU_VAULT_KEY": old}).open(kept, f"{uid}/contact")


@ONCE
def test_a_value_put_in_while_keys_turn_stays_readable(
    guiyang_story: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = guiyang_story
    sent(story, NAMED)
    database = story.worker.engine.database
    ring = database.keyring
    assert ring is not None
    old = ring.folder / "vault.key"
    new = base64.b64encode(bytes(range(32))).decode()
    ring.environ, ring._keys = {"SHOUHU_VAULT_KEY": f"{new},{old.read_text().strip()}"}, ()
    turned = Keyring.wrap_again
    with database.write() as conn:
        root = dict(conn.execute(sa.text("SELECT id, uid FROM instance")).mappings().one())

        def meanwhile(self: Keyring, found: Sealed, about: str) -> Sealed:
            name = about.rpartition("/")[2]
            vault.put(conn, root, {name: f"new {name}"}, story.clock.now())
            return turned(self, found, about)

        monkeypatch.setattr(Keyring, "wrap_again", meanwhile)
        vault.wrap_again(conn, 10)
        assert vault.look(conn, root, ["contact"]) == {"contact": "new contact"}


@ONCE
def test_a_stored_request_confirms_no_guess(guiyang_story: Scenario) -> None:
    """Whoever has the database and suspects somebody cannot check it by a hash."""
    story = guiyang_story
    sent(story, NAMED)  # the key exists from here on
    clerk, head = story.of(FORESTRY), {"Idempotency-Key": "a-request-of-a-clerk"}
    data = {**NAMED, "channel": "电话", "received_on": "2026-03-01", "anonymous": False}
    body = {"processDefinitionKey": "gy_report", "variables": data}
    raw = json.dumps(body, ensure_ascii=False).encode()
    for _ in range(2):  # the same request again is still known as the same
        answer = clerk.client.post(
            "/api/v1/process-instances",
            data=raw,
            headers={"X-CSRF-Token": clerk.csrf, **head},
            content_type="application/json",
        )
        assert answer.status_code == 201, answer.text
    assert answer.headers["Idempotency-Replayed"] == "true"
    assert len(story.cases("gy_report")) == 2
    stored = "".join(tables(story)["idem"])
    assert head["Idempotency-Key"] in stored
    assert hashlib.sha256(raw).hexdigest() not in stored
