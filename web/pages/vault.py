"""查看保密信息: one look at what the vault holds for a task, on a page nobody keeps."""

from typing import cast

from flask import Blueprint, Response, request

from engine.commands.results import Revealed
from engine.commands.vaulting import LookIntoVault
from engine.queries import page_forms
from web import security, session
from web.pages import frame

closed = Blueprint("vault", __name__)


@closed.post("/case/<ref>/task/<int:task_id>/vault")
@security.permission("signed-in")
def look(ref: str, task_id: int) -> Response:
    """Open the protected fields for a reason; the look is on record before they are shown."""
    command = LookIntoVault(task_id, request.form.get("reason", ""))
    found = cast(Revealed, session.engine().execute(command, session.require_actor()))
    labels = session.ask(page_forms.labels, task_id=task_id)
    shown = [(labels.get(name, name), value) for name, value in found.values.items()]
    return frame.page("staff/vault.html", ref=ref, task_id=task_id, shown=shown)
