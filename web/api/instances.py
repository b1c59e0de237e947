"""Process instances; a root instance is a case (案件)."""

from typing import Any

from flask import Response

from engine.commands import instances as commands
from engine.commands import recusing, reopening
from engine.queries import cases, diagram, forecast, history, instances, recusals
from engine.queries.paging import Paging
from web import calls, security
from web.api.routes import Noun
from web.schemas import bodies, wire
from web.schemas.base import PageAsk, Search, page_of, shape

NOUN = Noun("process-instances", "流程实例（案件）：启动、检索、过程、变量、挂起、终止")
route = NOUN.route
ONE = "/process-instances/<int:instance_id>"


@route("POST /process-instances", "signed-in", body=bodies.Start, limit=security.FORM_LIMIT)
def create(body: dict[str, Any]) -> Response:
    """启动: start a case with its start form."""
    key, unit = body["process_definition_key"], body["unit"]
    command = commands.StartInstance(key, body["variables"], unit, body["outcome"])
    return calls.run(command)


@route("POST /process-instances/batch", "signed-in", body=bodies.StartRows)
def create_many(body: dict[str, Any]) -> Response:
    """批量启动: one case per row, all or none."""
    rows, unit = tuple(body["rows"]), body["unit"]
    return calls.run(commands.StartMany(body["process_definition_key"], rows, unit))


@route(
    "POST /process-instances/search",
    "signed-in",
    body=Search,
    answer=page_of(cases.CaseRow),
)
def search(body: dict[str, Any]) -> Any:
    """案件检索: columns of a case and declared search fields under "fields"."""
    return calls.search(cases.search, body)


@route(f"GET {ONE}", "signed-in", answer=shape(instances.CasePage))
def get(instance_id: int) -> Any:
    """One case: head, open work, children, documents."""
    return calls.ask(instances.case, ref=str(instance_id))


@route(
    "GET /process-instances/by-number/<number>",
    "signed-in",
    answer=shape(instances.CasePage),
)
def by_number(number: str) -> Any:
    """One case by its number."""
    return calls.ask(instances.case, ref=number)


@route(f"GET {ONE}/timeline", "signed-in", answer=shape(history.Timeline))
def timeline(instance_id: int) -> Any:
    """过程: rounds with their opinions, and the moments between them."""
    return calls.ask(history.timeline, ref=str(instance_id))


@route(f"GET {ONE}/path", "signed-in", answer=shape(history.Step)(many=True))
def path(instance_id: int) -> Any:
    """How one instance walked through its diagram."""
    return calls.every(history.path, instance_id=instance_id)


@route(f"GET {ONE}/diagram", "signed-in", answer=shape(diagram.Diagram))
def marks(instance_id: int) -> Any:
    """流程图: marks and badges per element."""
    return calls.ask(diagram.diagram, instance_id=instance_id)


@route(f"GET {ONE}/history", "signed-in", query=PageAsk, answer=page_of(history.Line))
def audit(query: dict[str, Any], instance_id: int) -> Any:
    """日志: the chained history, oldest first."""
    paging = Paging(query["limit"], calls.read_cursor(query["after"]))
    return calls.listed(calls.ask(history.audit, ref=str(instance_id), paging=paging))


@route(f"GET {ONE}/variables", "signed-in")
def variables(instance_id: int) -> Any:
    """The variables of one instance."""
    return wire.plain(calls.ask(instances.variables, instance_id=instance_id))


@route(
    f"POST {ONE}/next-handlers",
    "signed-in",
    body=bodies.NextHandlers,
    answer=shape(forecast.Preview),
)
def next_handlers(body: dict[str, Any], instance_id: int) -> Any:
    """下一步办理人 if one of the case's tasks were completed so; nothing is saved."""
    case_id = calls.ask(instances.case_id_of, ref=str(instance_id))
    return calls.ask(forecast.next_handlers, case_id=case_id, **body)


@route(f"POST {ONE}/cancellation", "signed-in", body=bodies.Reason)
def cancel(body: dict[str, Any], instance_id: int) -> Response:
    """撤销、终止."""
    return calls.run(commands.CancelInstance(instance_id, **body))


@route(f"POST {ONE}/suspension", "signed-in", body=bodies.Reason)
def suspend(body: dict[str, Any], instance_id: int) -> Response:
    """挂起."""
    return calls.run(commands.SuspendInstance(instance_id, **body))


@route(f"DELETE {ONE}/suspension", "signed-in", body=bodies.Reason)
def resume(body: dict[str, Any], instance_id: int) -> Response:
    """恢复."""
    return calls.run(commands.ResumeInstance(instance_id, **body))


@route(f"POST {ONE}/reopening", "signed-in", body=bodies.Reopening)
def reopen(body: dict[str, Any], instance_id: int) -> Response:
    """重启: the next round of an ended case, at a declared anchor."""
    return calls.run(reopening.ReopenInstance(instance_id, **body))


@route(f"GET {ONE}/recusals", "signed-in", answer=shape(recusals.Recusals)())
def kept_away(instance_id: int) -> Any:
    """回避: who keeps away from the case."""
    return calls.ask(recusals.of_case, ref=str(instance_id))


@route(f"POST {ONE}/recusals", "signed-in", body=bodies.Recusal)
def recuse(body: dict[str, Any], instance_id: int) -> Response:
    """登记回避: oneself, or a unit or person by who handles or supervises the case."""
    return calls.run(recusing.Recuse(instance_id, **body))


@route(f"DELETE {ONE}/recusals/<int:recusal_id>", "signed-in", body=bodies.Why)
def lift(body: dict[str, Any], instance_id: int, recusal_id: int) -> Response:
    """解除回避: a mistake, by who supervises."""
    return calls.run(recusing.LiftRecusal(instance_id, recusal_id, **body))
