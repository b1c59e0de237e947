"""One key, one effect: replays, reused keys, errors that may be retried."""

import pytest
import sqlalchemy as sa

from engine.base.errors import InvalidRequest
from engine.commands.instances import StartInstance
from engine.commands.results import Replayed
from engine.store.machine import idem
from engine.store.tables import instance
from tests.support.tiny import REPORT, Tiny

KEY = "key-of-sixteen-characters"


def test_the_same_key_answers_the_first_answer_again(tiny: Tiny) -> None:
    command = StartInstance("tiny_case", REPORT)
    first = tiny.do("field1", command, key=KEY, route="start", body_hash="a")
    again = tiny.do("field1", command, key=KEY, route="start", body_hash="a")
    assert isinstance(again, Replayed)
    assert again.stored_status == 201
    assert again.as_dict()["instance_id"] == first.instance_id
    assert again.as_dict()["number"] == first.number
    assert len(tiny.rows(sa.select(instance))) == 1


def test_a_key_used_for_something_else_is_refused(tiny: Tiny) -> None:
    command = StartInstance("tiny_case", REPORT)
    tiny.do("field1", command, key=KEY, route="start", body_hash="a")
    for route, body in (("start", "b"), ("other", "a")):
        with pytest.raises(InvalidRequest) as reused:
            tiny.do("field1", command, key=KEY, route=route, body_hash=body)
        assert reused.value.problem_code == "key-reused"
    assert len(tiny.rows(sa.select(instance))) == 1


def test_another_person_may_use_the_same_key(tiny: Tiny) -> None:
    tiny.do("field1", StartInstance("tiny_case", REPORT), key=KEY)
    other = StartInstance("tiny_case", {**REPORT, "station": "S2"})
    assert tiny.do("field2", other, key=KEY).number == "TN-2025-990102-001"


def test_an_error_is_not_stored_so_the_request_can_be_mended(tiny: Tiny) -> None:
    with pytest.raises(InvalidRequest):
        tiny.do("field1", StartInstance("tiny_case", {"station": "S9"}), key=KEY)
    assert tiny.rows(sa.select(idem)) == []
    assert tiny.do("field1", StartInstance("tiny_case", REPORT), key=KEY).number


def test_a_double_click_on_a_task_is_one_act(tiny: Tiny) -> None:
    case_id = tiny.start().instance_id
    task = tiny.open_task(case_id, "check")
    from engine.commands.tasks import CompleteTask

    command = CompleteTask(task["id"], outcome="send", expected_version=1)
    first = tiny.do("field1", command, key=KEY, route="c", body_hash="x")
    again = tiny.do("field1", command, key=KEY, route="c", body_hash="x")
    assert isinstance(again, Replayed)
    assert again.as_dict()["next"][0]["node"] == first.next[0].node == "review"


def test_short_keys_are_refused(tiny: Tiny) -> None:
    with pytest.raises(InvalidRequest) as short:
        tiny.do("field1", StartInstance("tiny_case", REPORT), key="short")
    assert short.value.problem_code == "key-length"
