"""The tables of the organisation as dated data: changes of records, tenures of persons."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table

from engine.store.columns import BigId, Json, UtcMoment, metadata

Text = sa.Text

# What people change of units, roles and registers; the files of the application lie below.
# The row in force on a day is the file's, with the changes laid over it in order of id.
org_change = Table(
    "org_change",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("application", Text, nullable=False),
    Column("kind", Text, nullable=False),  # unit role or a register of the application
    Column("code", Text, nullable=False),
    Column("op", Text, nullable=False),  # set end file
    Column("cells", Json, nullable=False),  # column -> text, the whole row after a set
    Column("old", Json, nullable=False),  # changed column -> text before; all of a new row
    Column("base", Json),  # the file's row when it was made, null where there was none
    Column("valid_from", sa.Date),  # null: ever since
    Column("valid_to", sa.Date),  # last day, null: until further notice
    Column("note", Text, nullable=False, default=""),
    Column("source", Text, nullable=False),  # page upload api
    Column("made_by", Text, nullable=False),
    Column("made_name", Text, nullable=False),
    Column("made_at", UtcMoment, nullable=False),
    Column("undone_by", Text),
    Column("undone_at", UtcMoment),
    Index("ix_org_change_record", "application", "kind", "code"),
)
tenure = Table(  # who held, holds or will hold which post; `post` has those of today
    "tenure",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("person", Text, ForeignKey("person.id"), nullable=False),
    Column("unit", Text, ForeignKey("unit.code"), nullable=False),
    Column("duty", Text, nullable=False),  # clerk leader
    Column("valid_from", sa.Date),
    Column("valid_to", sa.Date),  # last day
    Column("note", Text, nullable=False, default=""),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcMoment, nullable=False),
    Column("ended_by", Text),
    Column("ended_at", UtcMoment),
    Index("ix_tenure_person", "person"),
    Index("ix_tenure_unit", "unit"),
)
past_password = Table(  # hashes used before, so that the last ones are not taken again
    "past_password",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("person", Text, ForeignKey("person.id"), nullable=False),
    Column("hash", Text, nullable=False),
    Column("since", UtcMoment, nullable=False),
    Index("ix_past_password_person", "person", "id"),
)
