"""The tables of people: units, posts, accounts, sessions, reference registers."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Table

from engine.store.columns import BigId, Json, UtcMoment, metadata
from engine.store.org_tables import org_change, past_password, tenure

__all__ = [
    "org_change",
    "past_password",
    "person",
    "post",
    "rate_bucket",
    "register_row",
    "session",
    "tenure",
    "unit",
]

Text = sa.Text

unit = Table(
    "unit",
    metadata,
    Column("code", Text, primary_key=True),
    Column("application", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("level", Text, nullable=False),  # province prefecture county place
    Column("region", Text, nullable=False, index=True),
    Column("roles", Json, nullable=False),  # list of role codes
    Column("place", Text, nullable=False, default=""),
    Column("parent", Text),
    Column("active", sa.Boolean, nullable=False, default=True),
)
person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),  # login name
    Column("name", Text, nullable=False),
    Column("rights", Json, nullable=False),  # process_owner scheduler admin all_regions
    Column("active", sa.Boolean, nullable=False, default=True),
    Column("password", Text, nullable=False),  # argon2id hash
    Column("must_change", sa.Boolean, nullable=False, default=False),
    Column("failed", sa.Integer, nullable=False, default=0),
    Column("failed_since", UtcMoment),
    Column("locked_until", UtcMoment),
)
post = Table(  # who holds which post of which unit
    "post",
    metadata,
    Column("person", Text, ForeignKey("person.id"), primary_key=True),
    Column("unit", Text, ForeignKey("unit.code"), primary_key=True),
    Column("duty", Text, nullable=False, default="clerk"),  # clerk leader
)
session = Table(
    "session",
    metadata,
    Column("id_hash", Text, primary_key=True),  # sha256 of the cookie value
    Column("person", Text, ForeignKey("person.id"), nullable=False, index=True),
    Column("created_at", UtcMoment, nullable=False),
    Column("seen_at", UtcMoment, nullable=False),
    Column("ended_at", UtcMoment),
    Column("confirmed_at", UtcMoment),  # the password was told once more (reliability.md 6.5)
)
register_row = Table(  # reference data: divisions, protected areas, problem types …
    "register_row",
    metadata,
    Column("application", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("parent", Text, nullable=False, default=""),
    Column("data", Json, nullable=False),
    Column("no", BigId, nullable=False),
)
rate_bucket = Table(
    "rate_bucket",
    metadata,
    Column("key", Text, primary_key=True),
    Column("window_at", UtcMoment, primary_key=True),
    Column("n", sa.Integer, nullable=False),
)
