"""The table of values that may stand once only."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table

from engine.store.columns import BigId, metadata

taken = Table(  # the value of a field declared unique, as one instance holds it
    "taken",
    metadata,
    Column("name", sa.Text, primary_key=True),  # application, field and what it is unique in
    Column("value", sa.Text, primary_key=True),
    Column("instance_id", BigId, ForeignKey("instance.id"), nullable=False),
    Index("ix_taken_instance_id", "instance_id"),
)
