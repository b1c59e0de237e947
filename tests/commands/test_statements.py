"""How often a completion talks to the database: one locked read, one write."""

import re
from typing import Any

from engine.commands.instances import StartInstance
from engine.commands.tasks import CompleteTask
from tests.support.statements import heard
from tests.support.tiny import REPORT, Tiny

KEY = "key-of-sixteen-characters"


def said(tiny: Tiny, login: str, command: Any) -> list[str]:
    """Run COMMAND and give its statements, the beginning of the transaction left out."""
    actor = tiny.actor(login)
    with heard(tiny.engine.database.engine) as texts:
        tiny.engine.execute(command, actor, key=KEY)
    return [text for text in texts if not text.startswith("BEGIN")]


def test_a_completion_is_one_locked_read_and_one_write(tiny: Tiny) -> None:
    tiny.complete("field1", tiny.start().instance_id, "check", outcome="send")  # fills caches
    task_id = tiny.open_task(tiny.start().instance_id, "check")["id"]
    command = CompleteTask(task_id, outcome="send", expected_version=1)
    texts = said(tiny, "field1", command)
    if not tiny.engine.database.is_postgres:
        reads = [text for text in texts if text.startswith("SELECT")]
        assert len(reads) <= 6, reads
        writes = [text for text in texts if not text.startswith("SELECT")]
        assert len(set(writes)) == len(writes), "one batch a shape"
        return
    # A task with a limit asks whether people changed the calendar.
    texts = [text for text in texts if not text.startswith("SELECT setting.version")]
    assert len(texts) == 2, texts
    assert "FOR NO KEY UPDATE OF instance" in texts[0]
    written = set(re.findall(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"', texts[1]))
    everything = {"task", "seat", "instance", "history", "form_entry", "idem", "task_draft"}
    assert everything <= written


def test_a_start_needs_few_statements(tiny: Tiny) -> None:
    tiny.start()
    assert len(said(tiny, "field1", StartInstance("tiny_case", REPORT))) <= 14
