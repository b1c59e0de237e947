"""Versions: content decides, running cases stay, drafts are guarded, starts move."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.base.errors import (
    Conflict,
    InvalidDefinition,
    Locked,
    NotAllowed,
    NotFound,
    StaleDocument,
    VersionMissing,
)
from engine.commands import drafts
from engine.store.machine import job, start_subscription
from engine.store.tables import bundle, definition, instance
from tests.support.tiny import Tiny, deploy
from tests.support.tiny import bundle as files

CASE = "tiny_case.bpmn"


def renamed(text: str) -> bytes:
    return files().files[CASE].decode().replace('name="核对"', f'name="{text}"').encode()


def test_the_same_content_is_the_same_version(tiny: Tiny) -> None:
    again = deploy(tiny.engine)
    assert (again.version, again.created) == (1, False)
    assert len(tiny.rows(sa.select(bundle))) == 1


def test_new_cases_take_the_new_version_and_old_ones_stay(tiny: Tiny) -> None:
    old = tiny.start().instance_id
    made = deploy(tiny.engine, {CASE: renamed("复核")}, base_version=1)
    assert (made.version, made.created) == (2, True)
    new = tiny.start().instance_id
    assert tiny.open_task(old, "check")["name"] == "核对"
    assert tiny.open_task(new, "check")["name"] == "复核"
    tiny.complete(
        "water1",
        tiny_back(tiny, old),
        "review",
        outcome="back",
        opinion="资料不全，请补充后再报送",
    )
    assert tiny.open_task(old, "check")["name"] == "核对"
    latest = tiny.rows(sa.select(definition).where(definition.c.latest.is_(True)))
    assert {row["version"] for row in latest} == {2}


def tiny_back(tiny: Tiny, case_id: int) -> int:
    tiny.complete("field1", case_id, "check", outcome="send")
    return case_id


def test_files_not_made_from_the_latest_version_are_refused_with_the_difference(
    tiny: Tiny,
) -> None:
    deploy(tiny.engine, {CASE: renamed("复核")}, base_version=1)
    with pytest.raises(Conflict) as refused:
        deploy(tiny.engine, {CASE: renamed("初核")}, base_version=1)
    assert refused.value.problem_code == "not-based-on-latest"
    assert refused.value.details["latest"] == 2
    change = refused.value.details["diff"][0]
    assert (change["path"], change["change"]) == (CASE, "changed")
    assert any("初核" in line for line in change["lines"])
    assert len(tiny.rows(sa.select(bundle))) == 2


def test_an_error_refuses_the_deployment_and_changes_nothing(tiny: Tiny) -> None:
    broken = files().files[CASE].decode().replace('sourceRef="check"', 'sourceRef="nobody"')
    with pytest.raises(InvalidDefinition) as refused:
        deploy(tiny.engine, {CASE: broken.encode()}, base_version=1)
    assert any(finding.severity == "error" for finding in refused.value.findings)
    assert len(tiny.rows(sa.select(bundle))) == 1
    assert tiny.start().number


def test_only_owners_publish(tiny: Tiny) -> None:
    for command in (drafts.OpenDraft("tiny"), drafts.PublishDraft("tiny", "")):
        with pytest.raises(NotAllowed):
            tiny.do("field1", command)


def test_a_draft_is_saved_checked_and_published(tiny: Tiny) -> None:
    with pytest.raises(NotFound):
        tiny.do("owner", drafts.SaveDraftFile("tiny", CASE, b"x", 0))
    assert tiny.do("owner", drafts.OpenDraft("tiny")).version == 1
    saved = tiny.do("owner", drafts.SaveDraftFile("tiny", CASE, renamed("复核"), 1))
    assert saved.version == 2
    with pytest.raises(StaleDocument):
        tiny.do("owner", drafts.SaveDraftFile("tiny", CASE, renamed("初核"), 1))
    with pytest.raises(VersionMissing):
        tiny.do("owner", drafts.SaveDraftFile("tiny", CASE, renamed("初核")))
    doubtful = renamed("复核").decode().replace('="已等待三天"', '="已等待" + nobody')
    tiny.do("owner", drafts.SaveDraftFile("tiny", CASE, doubtful.encode(), 2))
    with pytest.raises(InvalidDefinition) as unread:
        tiny.do("owner", drafts.PublishDraft("tiny", "改名"))
    assert unread.value.problem_code == "warnings-unread"
    made = tiny.do("owner", drafts.PublishDraft("tiny", "改名", acknowledged=True))
    assert made.version == 2
    with pytest.raises(NotFound):
        tiny.do("owner", drafts.PublishDraft("tiny", "again"))
    case_id = tiny.start().instance_id
    assert tiny.open_task(case_id, "check")["name"] == "复核"


def test_a_draft_overtaken_by_a_deployment_is_refused(tiny: Tiny) -> None:
    tiny.do("owner", drafts.OpenDraft("tiny"))
    tiny.do("owner", drafts.SaveDraftFile("tiny", CASE, renamed("初核"), 1))
    deploy(tiny.engine, {CASE: renamed("复核")}, base_version=1)
    with pytest.raises(Conflict) as refused:
        tiny.do("owner", drafts.PublishDraft("tiny", "", acknowledged=True))
    assert refused.value.problem_code == "not-based-on-latest"


def test_a_locked_draft_names_its_holder_until_the_lock_is_old(tiny: Tiny) -> None:
    from engine.base.actor import SYSTEM
    from engine.commands.accounts import CreatePerson

    second = CreatePerson("owner2", "流程员二", "no-hash", ("process_owner",))
    tiny.engine.execute(second, SYSTEM)
    tiny.do("owner", drafts.OpenDraft("tiny"))
    tiny.do("owner", drafts.LockDraft("tiny"))
    with pytest.raises(Locked, match="草稿正由 流程员 编辑"):
        tiny.do("owner2", drafts.SaveDraftFile("tiny", CASE, renamed("初核"), 1))
    tiny.clock.advance(timedelta(minutes=31))
    tiny.do("owner2", drafts.LockDraft("tiny"))
    with pytest.raises(Locked):
        tiny.do("owner", drafts.DeleteDraftFile("tiny", CASE, 1))
    tiny.do("owner2", drafts.DiscardDraft("tiny", 1))


def test_start_triggers_move_to_the_new_version_and_keep_their_grid(tiny: Tiny) -> None:
    timer = tiny.rows(sa.select(job).where(job.c.kind == "start_timer"))[0]
    tiny.worker.run_due()  # it is 1 January
    assert len(tiny.rows(sa.select(instance))) == 1
    deploy(tiny.engine, {CASE: renamed("复核")}, base_version=1)
    moved = tiny.rows(sa.select(job).where(job.c.kind == "start_timer"))
    assert len(moved) == 1
    assert moved[0]["due_at"].isoformat() == "2025-12-31T16:00:00+00:00"
    assert moved[0]["payload"]["definition"] != timer["payload"]["definition"]
    starts = tiny.rows(sa.select(start_subscription))
    latest = tiny.rows(sa.select(definition).where(definition.c.latest.is_(True)))
    assert {row["definition_id"] for row in starts} <= {row["id"] for row in latest}
    tiny.pass_time(days=800)
    years = tiny.rows(sa.select(instance).order_by(instance.c.id))
    assert [row["year"] for row in years] == [2025, 2026, 2027]


def test_a_removed_process_starts_no_more(tiny: Tiny) -> None:
    deploy(tiny.engine, {"tiny_year.bpmn": None, "forms/batch.json": None}, base_version=1)
    tiny.pass_time(days=400)
    assert tiny.rows(sa.select(instance)) == []
    assert tiny.rows(sa.select(start_subscription)) == []
