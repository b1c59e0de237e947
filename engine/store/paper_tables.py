"""The table of sealed papers: questions sent on paper to units without access."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Table

from engine.store.columns import BigId, Json, UtcMoment, metadata

Text = sa.Text

# One paper for one seat, and the reply that came back (operations.md 2.6).
sealed_paper = Table(
    "sealed_paper",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("root_id", BigId, ForeignKey("instance.id"), nullable=False, index=True),
    Column("task_id", BigId, ForeignKey("task.id"), nullable=False, index=True),
    Column("seat_id", BigId, ForeignKey("seat.id"), nullable=False),
    Column("unit", Text, nullable=False),
    Column("unit_name", Text, nullable=False),
    Column("code", Text, nullable=False),  # printed on the paper, the head of SEAL
    Column("seal", Text, nullable=False),  # sha256 of the text above the place for the reply
    Column("attachment_id", Text, nullable=False),  # the docx as it went out
    Column("issued_by", Text, nullable=False),
    Column("issued_name", Text, nullable=False),
    Column("issued_at", UtcMoment, nullable=False),
    Column("state", Text, nullable=False),  # issued | replaced | received | recorded
    Column("reply", Json),  # ids of the attachments that came back
    Column("signed_by", Text),  # who signed the reply, as it stands there
    Column("signed_on", sa.Date),
    Column("received_by", Text),  # who registered it: 代录
    Column("received_name", Text),
    Column("received_at", UtcMoment),
    Column("recorded_at", UtcMoment),
)
