"""The tables of what is kept apart: sealed fields, and the codes of public receipts."""

import sqlalchemy as sa
from sqlalchemy import Column, Table

from engine.store.columns import BigId, UtcMoment, metadata

vault_entry = Table(  # one protected field of one case; values encrypted (reliability.md 6.10)
    "vault_entry",
    metadata,
    Column("root_id", BigId, sa.ForeignKey("instance.id"), primary_key=True),
    Column("field", sa.Text, primary_key=True),
    Column("key_id", sa.Text, nullable=False, index=True),  # which key wraps the record's own
    Column("wrapped", sa.LargeBinary, nullable=False),  # the record's key; empty: erased
    Column("sealed", sa.LargeBinary, nullable=False),  # nonce and cipher text; empty: erased
    Column("stored_at", UtcMoment, nullable=False),
    Column("erased_at", UtcMoment),
)
public_receipt = Table(  # what a visitor may ask the state of a case with
    "public_receipt",
    metadata,
    Column("code_hash", sa.Text, primary_key=True),  # sha256 of a secret of 128 bits or more
    Column("root_id", BigId, sa.ForeignKey("instance.id"), nullable=False, unique=True),
)
