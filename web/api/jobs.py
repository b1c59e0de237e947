"""The machine's work: jobs, the worker, the clock."""

from typing import Any

from flask import Response

from engine.commands import clock as clock_commands
from engine.commands import jobs as commands
from engine.queries import incidents, operations
from web import calls
from web.api.routes import Noun
from web.schemas import bodies
from web.schemas.base import Search, page_of, shape

NOUN = Noun("jobs", "作业、定时器、工作进程、演示时钟")
route = NOUN.route


@route("POST /jobs/search", "operations", body=Search, answer=page_of(incidents.JobRow))
def search(body: dict[str, Any]) -> Any:
    """作业检索; {"kind": "timer"} gives the timers to come."""
    return calls.search(incidents.jobs, body)


@route("POST /jobs/<int:job_id>/resolution", "operations")
def retry(job_id: int) -> Response:
    """重试 a failed job."""
    return calls.run(commands.RetryJob(job_id))


@route("POST /jobs/<int:job_id>/activation", "scheduler", body=bodies.Fire)
def fire(body: dict[str, Any], job_id: int) -> Response:
    """立即触发."""
    return calls.run(commands.FireJobNow(job_id, body["reason"]))


@route("POST /jobs/retry", "operations", body=bodies.Retry)
def retry_all(body: dict[str, Any]) -> Response:
    """重试全部 failed jobs of one cause."""
    return calls.run(commands.RetryAll(body["code"]))


@route("GET /worker", "operations", answer=shape(operations.WorkerState))
def worker() -> Any:
    """运行情况: backlog, lateness, pause, nodes."""
    return calls.ask(operations.worker)


@route("PUT /worker/pause", "scheduler", body=bodies.Pause)
def pause(body: dict[str, Any]) -> Response:
    """暂停 due work of all nodes."""
    return calls.run(commands.PauseWorker(body["reason"]))


@route("DELETE /worker/pause", "scheduler")
def resume() -> Response:
    """继续."""
    return calls.run(commands.ResumeWorker())


@route("GET /clock", "signed-in", answer=shape(operations.ClockState))
def clock() -> Any:
    """The moment of the business clock, and whether it is a demo clock."""
    return calls.ask(operations.clock)


@route("POST /clock", "scheduler", body=bodies.ClockMove)
def move_clock(body: dict[str, Any]) -> Response:
    """Move the demo clock; due work runs afterwards."""
    return calls.run(clock_commands.MoveDemoClock(body["to"], body["reason"]))
