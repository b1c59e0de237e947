"""A worker whose service answers when told to: run as a process of its own and frozen."""

import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.base.clock import SystemClock
from engine.bootstrap import build
from engine.worker import Worker


def main(url: str, folder: Path) -> None:
    """Take one call, say so in FOLDER/called, answer once FOLDER/go is there."""

    def slow(inputs: Mapping[str, Any]) -> dict[str, Any]:
        (folder / "called").write_text(str(inputs["key"]), encoding="utf-8")
        while not (folder / "go").exists():
            threading.Event().wait(0.05)
        return {"by": "frozen"}

    engine = build(url, folder, clock=SystemClock())
    Worker(engine, services={"echo": slow}, node="frozen").tick()
    engine.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
