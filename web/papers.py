"""Sealed papers between engine and wire: made outside transactions, compared on the way in."""

from collections.abc import Sequence
from datetime import date

from engine.commands.sealed import IssuePaper, ReceivePaper
from engine.queries import instances, sealed
from web import session

LIMIT = 51_000_000  # bytes of a reply: files of 50 MB together, and its form
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def issue(task_id: int, seat_id: int) -> IssuePaper:
    """Make the docx that asks the unit of a seat, store it, give the command that keeps it."""
    asked = session.ask(sealed.request, task_id=task_id, seat_id=seat_id)
    files = session.engine().files
    made = asked.sealed(files.read)
    stored = files.put([made.content])
    kept = (stored.sha256, stored.size, made.name, made.media)
    return IssuePaper(task_id, seat_id, *kept, seal=made.seal, code=made.code)


def receive(
    paper_id: int, files: Sequence[str], code: str, signed_by: str, signed_on: date | None
) -> ReceivePaper:
    """Read what came back as docx, give the command that compares it with what went out.

    FILES are ids of uploaded attachments; CODE as typed, "" when a docx tells it.
    """
    found = [session.ask(instances.document, attachment_id=uid) for uid in files]
    contents = [session.engine().files.read(one.sha256) for one in found if one.media == DOCX]
    seals, told = sealed.read_returned(contents)
    said = sealed.plain_code(code) or told
    return ReceivePaper(paper_id, tuple(files), said, seals, signed_by, signed_on)
