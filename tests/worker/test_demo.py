"""The demo and the command line: made by real commands, refused in one clear sentence."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine import cli
from engine.base.clock import FakeClock, OffsetClock, shanghai
from engine.bootstrap import build
from engine.commands.clock import MoveDemoClock
from engine.simulation.demo import make, print_logins
from engine.store import chain, schema
from engine.store.database import open_database
from engine.store.machine import audit, incident
from engine.store.people import person
from engine.store.tables import bundle, instance
from tests.support.tiny import Tiny
from tests.support.tiny import bundle as files

CASES = [
    {"process": "tiny_case", "unit": "U-S1", "at": "2025-02-03T10:00", "until": "review",
     "data": {"station": "S1", "what": "采石", "photos": {"$evidence": ["全景"]}}},
    {"process": "tiny_case", "unit": "U-S1", "at": "2025-03-03T10:00",
     "data": {"station": "S1", "what": "建房"}},
]  # fmt: skip
TASKS = {"review": {"outcome": "pass", "opinion": "同意", "after": "2025-05-01"}}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a project folder with the tiny application and a demo script."""
    from engine.library.bundle import write_folder

    scripts: dict[str, bytes | None] = {
        "demo/cases.json": json.dumps(CASES).encode(),
        "demo/tasks.json": json.dumps(TASKS).encode(),
    }
    write_folder(files().replacing(scripts), tmp_path / "root")
    return tmp_path / "root"


def rows(engine: Any, query: Any) -> list[Any]:
    with engine.database.read() as conn:
        return [dict(row) for row in conn.execute(query).mappings()]


def test_the_demo_is_half_way_through_its_year(root: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    database = open_database(url)
    schema.upgrade(database)
    database.close()
    said: list[str] = []
    engine = make(
        lambda clock: build(url, tmp_path, clock=clock), root, "hash", said.append
    )
    cases = rows(engine, sa.select(instance).where(instance.c.number.is_not(None)))
    assert [case["state_name"] for case in cases] == ["审核中", "待放行"]
    assert rows(engine, sa.select(incident)) == []
    logins = {row["id"] for row in rows(engine, sa.select(person))}
    assert {"owner", "scheduler", "admin", "u-s1", "u-head"} <= logins
    print_logins(engine, said.append)
    assert any("u-wood-1" in line for line in said)
    with engine.database.read() as conn:
        assert chain.verify(conn) == []
    engine.close()

    served = build(url, tmp_path)
    assert isinstance(served.clock, OffsetClock)
    local = served.clock.now()
    assert shanghai("2025-07-18 09:00") <= local < shanghai("2025-07-18 09:05")
    served.close()


def test_the_demo_clock_is_moved_by_the_scheduler_only_forward_and_on_record(
    sqlite_url: str, data_dir: Path
) -> None:
    from engine.base.errors import Conflict, NotAllowed
    from tests.support.tiny import make

    clock = FakeClock(shanghai("2025-07-18 09:00"))
    tiny = make(sqlite_url, data_dir, clock)
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    with pytest.raises(NotAllowed):
        tiny.do("field1", MoveDemoClock(shanghai("2025-07-25 09:00")))
    with pytest.raises(Conflict, match="只能向后"):
        tiny.do("chief", MoveDemoClock(shanghai("2025-07-01 09:00")))
    moved = tiny.do("chief", MoveDemoClock(shanghai("2025-07-25 09:00"), "演示提醒"))
    assert moved.now == "2025-07-25T09:00:00+08:00"
    assert clock.now() == shanghai("2025-07-25 09:00")
    assert tiny.worker.run_due() > 0
    lines = rows(tiny.engine, sa.select(audit).where(audit.c.kind == "MoveDemoClock"))
    assert [(row["actor"], row["detail"]["reason"]) for row in lines] == [("chief", "演示提醒")]
    tiny.engine.close()


def test_a_real_clock_is_not_moved(sqlite_url: str, data_dir: Path, clock: FakeClock) -> None:
    from engine.base.clock import SystemClock
    from engine.base.errors import Conflict
    from tests.support.tiny import make

    tiny = make(sqlite_url, data_dir, clock)
    real = Tiny(build(sqlite_url, data_dir, clock=SystemClock()), tiny.worker, clock)
    with pytest.raises(Conflict, match="只有演示环境"):
        real.do("chief", MoveDemoClock(shanghai("2030-01-01 00:00")))
    real.engine.close()
    tiny.engine.close()


def test_a_folder_is_deployed_exported_and_refused_when_not_based_on_the_latest(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path / "data")]
    folder = root / "processes" / "tiny"
    assert cli.main(["deploy", *data, str(folder)]) == 0
    text = (folder / "application.yaml").read_text(encoding="utf-8")
    (folder / "application.yaml").write_text(text + "# 2\n", encoding="utf-8")
    assert cli.main(["deploy", *data, str(folder)]) == 0
    assert "第 2 版" in capsys.readouterr().out
    other = tmp_path / "other"
    assert cli.main(["export", *data, "tiny", "--to", str(other), "--version", "1"]) == 0
    old = other / "processes" / "tiny"
    assert (old / "application.yaml").read_text(encoding="utf-8") == text
    assert cli.main(["deploy", *data, str(old)]) == 1
    assert "不是基于最新版本（第 2 版）" in capsys.readouterr().err
    assert cli.main(["export", *data, "tiny", "--to", str(tmp_path / "tiny.zip")]) == 0
    assert cli.main(["deploy", *data, str(tmp_path / "tiny.zip")]) == 0
    assert "没有变化，仍是第 2 版" in capsys.readouterr().out
    assert cli.main(["verify", *data]) == 0
    database = open_database(f"sqlite:///{tmp_path / 'data' / 'shouhu.db'}")
    with database.read() as conn:
        assert len(conn.execute(sa.select(bundle.c.id)).all()) == 2
    database.close()


def test_check_lists_findings_as_text_json_and_sarif(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = root / "processes" / "tiny"
    found, sarif = tmp_path / "found.json", tmp_path / "found.sarif"
    words = ["check", str(folder), "--json", str(found), "--sarif", str(sarif)]
    assert cli.main(words) == 0
    diagram = folder / "tiny_case.bpmn"
    broken = diagram.read_text(encoding="utf-8").replace('formRef="remark"', 'formRef="none"')
    diagram.write_text(broken, encoding="utf-8")
    assert cli.main(words) == 1
    assert "错误" in capsys.readouterr().out
    errors = [one for one in json.loads(found.read_text()) if one["severity"] == "error"]
    results = json.loads(sarif.read_text())["runs"][0]["results"]
    assert errors
    assert {one["code"] for one in errors} <= {one["ruleId"] for one in results}


def test_wrong_use_is_answered_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = ["serve", "--data", str(tmp_path / "a"), "--port", str(port)]
        assert cli.main(words) == 1
        assert f"端口 {port} 不能使用" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert cli.main(["verify", "--data", str(tmp_path / "file" / "x")]) == 2
    assert "没有写权限" in capsys.readouterr().err
    assert cli.main(["check", "nowhere"]) == 1
    assert "没有找到应用“nowhere”" in capsys.readouterr().err
    assert cli.main(["work", "--data", str(tmp_path / "b")]) == 1
    assert "需要 PostgreSQL" in capsys.readouterr().err
