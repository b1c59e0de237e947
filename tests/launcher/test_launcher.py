"""The launcher says what to do when it cannot go on, and works only when it must."""

import importlib.machinery
import importlib.util
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from engine import cli

ROOT = Path(__file__).parents[2]


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("launcher", str(ROOT / "shouhu"))
    spec = importlib.util.spec_from_loader("launcher", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    monkeypatch.setattr(module, "HOME", str(tmp_path / "home"))
    return module


def test_it_may_be_run_as_it_stands() -> None:
    assert os.stat(ROOT / "shouhu").st_mode & stat.S_IXUSR
    assert os.stat(ROOT / ".ci" / "run").st_mode & stat.S_IXUSR


def test_an_old_python_is_told_what_to_install(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher, "NEEDED", (99, 0))
    with pytest.raises(SystemExit) as stopped:
        launcher.check_python()
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert "Python 3.11" in told
    assert "python3.11 shouhu demo" in told


def test_the_present_python_is_accepted(launcher: ModuleType) -> None:
    launcher.check_python()


def test_a_folder_without_write_permission_is_named(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher, "HOME", "/dev/null/home")
    with pytest.raises(SystemExit):
        launcher.make_home()
    told = capsys.readouterr().err
    assert "没有写入权限：/dev/null/home" in told
    assert "SHOUHU_HOME" in told


def test_a_step_is_done_again_only_when_its_input_changed(launcher: ModuleType) -> None:
    launcher.make_home()
    lock = launcher.digest(["requirements.lock"])
    assert not launcher.stamped("lock", lock)
    launcher.stamp("lock", lock)
    assert launcher.stamped("lock", lock)
    assert not launcher.stamped("lock", launcher.digest(["requirements-test.lock"]))


def test_a_failing_step_ends_with_advice(
    launcher: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        launcher.run("试一试", [sys.executable, "-c", "print('细节'); raise SystemExit(3)"])
    assert stopped.value.code == 1
    told = capsys.readouterr().err
    assert "细节" in told
    assert "这一步没有完成：试一试" in told


def test_the_browser_of_the_setting_wins(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chosen = tmp_path / "my-chromium"
    chosen.write_text("#!/bin/sh\n")
    chosen.chmod(0o755)
    monkeypatch.setenv("SHOUHU_CHROMIUM", str(chosen))
    assert launcher.find_chromium() == str(chosen)


def test_a_taken_port_is_told_with_another_one(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = ["serve", "--data", str(tmp_path), "--port", str(port)]
        done = subprocess.run(
            [sys.executable, "-m", "engine.cli", *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode != 0
    assert f"端口 {port}" in done.stderr
    assert f"--port {port + 1}" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_program_has_help_outside_of_this_process() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "engine.cli", "demo", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout


@pytest.mark.parametrize(
    "verb", ["demo", "serve", "work", "deploy", "check", "export", "verify", "migrate-db"]
)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([verb, "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "usage" in told
    assert verb in told
