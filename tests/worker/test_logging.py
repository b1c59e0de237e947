"""What a serving process prints: JSON lines that say where, and never quote a value."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from engine.base.errors import InvalidRequest
from engine.base.traces import trace
from engine.bootstrap import configure_logging

SECRET = "身份证 360121199001011234"


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def fail(value: str) -> None:
    try:
        int(value)
    except ValueError as error:
        raise RuntimeError(value) from error


def lines(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_library_that_logs_an_exception_prints_one_line_without_its_message(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging()
    try:
        fail(SECRET)
    except RuntimeError:
        logging.getLogger("some.library").exception("it broke")
        structlog.get_logger().error("it broke too", exc_info=True)
    printed = capsys.readouterr().err
    assert "360121" not in printed
    first, second = lines(printed)
    assert (first["event"], second["event"]) == ("it broke", "it broke too")
    for line in (first, second):
        assert (line["level"], line["kind"]) == ("error", "RuntimeError")
        assert "ValueError" in line["trace"]
        assert "in fail" in line["trace"]


def test_daily_business_of_libraries_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    text = "Execution of job skipped: maximum number of running instances reached (1)"
    logging.getLogger("apscheduler.scheduler").warning(text)
    logging.getLogger("waitress.queue").warning("Task queue depth is 3")
    structlog.get_logger().info("job put off")
    assert capsys.readouterr().err == ""
    configure_logging("info")
    structlog.get_logger().info("job put off", job=3)
    (line,) = lines(capsys.readouterr().err)
    assert (line["event"], line["job"]) == ("job put off", 3)


def test_an_unknown_level_is_refused_by_name() -> None:
    with pytest.raises(InvalidRequest, match="LOUD"):
        configure_logging("loud")


def test_a_trace_ends_even_when_causes_form_a_circle() -> None:
    one, two = ValueError(SECRET), KeyError(SECRET)
    one.__cause__, two.__cause__ = two, one
    assert trace(one) == "builtins.KeyError\nbuiltins.ValueError\n"
