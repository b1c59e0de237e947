"""A node that starts has the versions it needs compiled before anybody asks for a page."""

from typing import Any

import pytest

from engine.base.actor import SYSTEM
from engine.base.errors import NotSupported
from engine.bootstrap import build
from engine.queries import deployed
from engine.runtime import KernelRuntime
from engine.verbs.serving import warm_up
from tests.support.tiny import Tiny, bundle, deploy


class Counting(KernelRuntime):
    """The kernel, counting what it compiles; REFUSED: it compiles nothing."""

    def __init__(self, *, refused: bool = False) -> None:
        self.compiled = 0
        self.refused = refused

    def compile(self, *given: Any) -> Any:
        self.compiled += 1
        if self.refused:
            raise NotSupported
        return super().compile(*given)


@pytest.fixture
def old_case(tiny: Tiny) -> int:
    """Give a case begun before another version of the application was published."""
    case = int(tiny.start().instance_id)
    again = bundle().files["application.yaml"] + b"\n# the same, published again\n"
    deploy(tiny.engine, {"application.yaml": again}, base_version=1)
    return case


def test_the_newest_version_and_that_of_an_open_case_wait_compiled(
    tiny: Tiny, old_case: int, store_url: str, data_dir: Any
) -> None:
    runtime, made = Counting(), list[int]()
    engine = build(store_url, data_dir, clock=tiny.clock, runtimes={"kernel": runtime})
    warm_up(engine, lambda: made.append(runtime.compiled)).join()
    assert (made, runtime.compiled) == ([1], 2)  # the newest before the process listens
    row = tiny.case(old_case)
    old = engine.ask(
        deployed.of, SYSTEM, definition_id=row["definition_id"], runtime=row["runtime"]
    )
    assert old.hash == bundle().hash
    assert engine.ask(deployed.latest, SYSTEM, application="tiny").hash != old.hash
    assert runtime.compiled == 2
    engine.close()


def test_a_version_that_cannot_be_compiled_stops_no_start(
    tiny: Tiny, store_url: str, data_dir: Any
) -> None:
    runtime = Counting(refused=True)
    engine = build(store_url, data_dir, clock=tiny.clock, runtimes={"kernel": runtime})
    warm_up(engine).join()
    assert runtime.compiled == 1
    with pytest.raises(NotSupported):
        engine.ask(deployed.latest, SYSTEM, application="tiny")
    engine.close()
