"""The tables of who stands in for whom, who keeps away, and who released a look."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table

from engine.store.columns import BigId, Json, UtcMoment, metadata

Text = sa.Text

deputy = Table(  # 代理: DEPUTY acts for PERSON from FROM_AT until UNTIL_AT (operations.md 2.15)
    "deputy",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("person", Text, ForeignKey("person.id"), nullable=False, index=True),
    Column("person_name", Text, nullable=False),
    Column("deputy", Text, ForeignKey("person.id"), nullable=False, index=True),
    Column("deputy_name", Text, nullable=False),
    Column("unit", Text, nullable=False, default=""),  # one post only, "" = all of PERSON's
    Column("from_at", UtcMoment, nullable=False),
    Column("until_at", UtcMoment, nullable=False),  # the first moment it no longer counts
    Column("processes", Json, nullable=False),  # process keys, [] = all
    Column("region", Text, nullable=False, default=""),  # cases of this division, "" = all
    Column("reason", Text, nullable=False, default=""),
    Column("made_by", Text, nullable=False),
    Column("made_name", Text, nullable=False),
    Column("made_at", UtcMoment, nullable=False),
    Column("ended_by", Text),  # who withdrew it; UNTIL_AT is then the moment of that
)
recusal = Table(  # 回避: UNIT or PERSON neither sees nor acts on a case (architecture.md 9)
    "recusal",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("root_id", BigId, ForeignKey("instance.id"), nullable=False, index=True),
    Column("unit", Text, nullable=False, default=""),  # "" when PERSON is named
    Column("person", Text, nullable=False, default=""),
    Column("name", Text, nullable=False),  # of unit or person, as it was called then
    Column("source", Text, nullable=False),  # case (declared by the process) | person
    Column("reason", Text, nullable=False, default=""),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcMoment, nullable=False),
    Column("lifted_by", Text),
    Column("lifted_at", UtcMoment),
    Index("ix_recusal_unit", "unit"),
    Index("ix_recusal_person", "person"),
)
vault_release = Table(  # a look asked for, and the second person's word (reliability.md 6.10)
    "vault_release",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("root_id", BigId, ForeignKey("instance.id"), nullable=False, index=True),
    Column("task_id", BigId, ForeignKey("task.id"), nullable=False, index=True),
    Column("person", Text, nullable=False),  # who wants to look
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("fields", Json, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", UtcMoment, nullable=False),
    Column("state", Text, nullable=False),  # asked | granted | refused
    Column("decided_by", Text),
    Column("decided_name", Text),
    Column("decided_at", UtcMoment),
    Column("expires_at", UtcMoment),  # of what was granted
)
