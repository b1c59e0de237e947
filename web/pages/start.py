"""发起: the processes a person may start, and the start form."""

from flask import Blueprint, Response, request

from engine.queries import page_forms
from web import security, session
from web.pages import frame
from web.schemas.wire import plain

start = Blueprint("start", __name__)


@start.get("/start")
@security.permission("signed-in")
def choose() -> Response:
    """List the processes the person may start."""
    return frame.page("staff/start.html", items=session.ask(page_forms.startable))


@start.get("/start/<key>")
@security.permission("signed-in", csp="F")
def form(key: str) -> Response:
    """Show the start form of one process, for the unit chosen."""
    item = session.ask(page_forms.startable_one, key=key)
    codes = [code for code, _ in item.units]
    unit = request.args.get("unit", codes[0])
    unit = unit if unit in codes else codes[0]
    shown = session.ask(page_forms.of_start, key=key, unit=unit)
    options = {
        "schema": plain(shown.schema) or {"type": "default", "components": []},
        "data": plain(shown.data),
        "submitUrl": f"/start/{key}/submit?unit={unit}",
        "doneUrl": "/started",
        "idempotencyKey": session.engine().ids.uid(),
        "uploadUrl": "/api/v1/attachments",
        "readOnly": False,
        "outcomes": [{"value": "start", "label": "登记并发起", "action": "", "primary": True}],
        "registers": REGISTERS,
        "actor": {"name": session.require_actor().name, "unit": dict(item.units)[unit]},
    }
    return frame.page("staff/start_form.html", item=item, unit=unit, options=options)


REGISTERS = {
    "divisions": "/picks/divisions",
    "orgUnits": "/picks/units",
    "persons": "/picks/persons",
}
