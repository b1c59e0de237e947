"""A real server process and clients that remember every acknowledged answer."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """`serve` as a process of its own; only this process is ever killed."""

    url: str
    data: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ["serve", "--url", self.url, "--data", str(self.data), "--port", str(self.port)]
        env = {**os.environ, "SHOUHU_RATE": "1000000"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine.cli", *words],
            cwd=ROOT,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._until_up()

    def _until_up(self) -> None:
        for _ in range(300):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                assert self.process is not None
                assert self.process.poll() is None, "the server did not start"
                threading.Event().wait(0.1)
        raise AssertionError("the server did not come up")

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass
class Client:
    """One signed-in person; answers come back as (status, body), None when cut off."""

    port: int
    login: str
    password: str
    cookie: str = ""
    csrf: str = ""
    wire: http.client.HTTPConnection | None = None

    def sign_in(self) -> None:
        """Sign in; "busy" (passwords are checked two at a time) is asked again."""
        for _ in range(150):
            status, told = self._knock()
            if status == 200:
                self.csrf = told["csrfToken"]
                return
            assert status == 503, told
            threading.Event().wait(0.2)
        raise AssertionError("signing in stayed busy")

    def _knock(self) -> tuple[int, Any]:
        body = json.dumps({"login": self.login, "password": self.password})
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            wire.request("POST", "/api/v1/session", body, {"Content-Type": "application/json"})
            answer = wire.getresponse()
            told = json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            return 503, "cut off"  # the server was killed meanwhile
        finally:
            wire.close()
        self.cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
        return answer.status, told

    def post(self, path: str, body: Any, key: str) -> tuple[int, Any] | None:
        """Send once; None when the connection broke before an answer."""
        headers = {
            "Content-Type": "application/json",
            "Cookie": self.cookie,
            "X-CSRF-Token": self.csrf,
            "Idempotency-Key": key,
        }
        try:
            if self.wire is None:
                self.wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self.wire.request("POST", f"/api/v1{path}", json.dumps(body), headers)
            answer = self.wire.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except (OSError, http.client.HTTPException):
            self.close()
            return None

    def close(self) -> None:
        if self.wire is not None:
            self.wire.close()
        self.wire = None

    def insist(self, path: str, body: Any, key: str, patience: float = 60) -> tuple[int, Any]:
        """Send with one key until there is an answer, as a browser's 重新提交 does."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            answer = self.post(path, body, key)
            if answer is not None and answer[0] != 503:
                return answer
            threading.Event().wait(0.05)
        raise AssertionError(f"no answer for {path}")
