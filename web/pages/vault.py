"""查看保密信息: asked for, released by a second person, shown on a page nobody keeps."""

from typing import cast

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from engine.commands.results import Revealed
from engine.commands.vault_looks import AskForLook, DecideLook, LookIntoVault
from engine.queries import page_forms, vault
from web import security, session
from web.pages import frame, posting

closed = Blueprint("vault", __name__)
PLACE = "/case/<ref>/task/<int:task_id>/vault"


@closed.post(f"{PLACE}/ask")
@security.permission("signed-in")
def ask(ref: str, task_id: int) -> BaseResponse:
    """Ask to look, with a reason."""
    session.ask(vault.of_task, task_id=task_id)  # a foreign case does not exist
    posting.run(AskForLook(task_id, request.form.get("reason", "")))
    return posting.back(f"/case/{ref}/task/{task_id}", "look-asked")


@closed.post(f"{PLACE}/<int:release_id>")
@security.permission("signed-in")
def decide(ref: str, task_id: int, release_id: int) -> BaseResponse:
    """Agree, or not, as the second person; the password is asked for again."""
    session.ask(vault.of_task, task_id=task_id)  # a foreign case does not exist
    session.confirm(request.form.get("password", ""))
    grant = request.form.get("grant") == "yes"
    posting.run(DecideLook(release_id, grant))
    told = "look-granted" if grant else "look-refused"
    return posting.back(f"/case/{ref}/task/{task_id}", told)


@closed.post(PLACE)
@security.permission("signed-in")
def look(ref: str, task_id: int) -> Response:
    """Open what was released; the look is on record before anything is shown.

    The browser leaves the page when the release ends.
    """
    session.ask(vault.of_task, task_id=task_id)
    session.confirm(request.form.get("password", ""))
    found = cast(
        Revealed, session.engine().execute(LookIntoVault(task_id), session.require_actor())
    )
    labels = session.ask(page_forms.labels, task_id=task_id)
    shown = [(labels.get(name, name), value) for name, value in found.values.items()]
    page = frame.page(
        "staff/vault.html", ref=ref, task_id=task_id, shown=shown, until=found.until
    )
    if found.until is not None:
        left = found.until - session.engine().clock.now()
        home = f"/case/{ref}/task/{task_id}"
        page.headers["Refresh"] = f"{max(1, int(left.total_seconds()))}; url={home}"
    return page
