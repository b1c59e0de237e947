"""The tables of cases and their work; what each column means, once."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from engine.store.columns import BigId, Json, UtcMoment, metadata
from engine.store.machine import (
    audit,
    history,
    idem,
    incident,
    job,
    message,
    node,
    notice,
    outbox,
    seal,
    setting,
    slot,
    snapshot,
    start_subscription,
    subscription,
)
from engine.store.paper_tables import sealed_paper
from engine.store.rights_tables import deputy, recusal, vault_release
from engine.store.taken_tables import taken
from engine.store.vault_tables import public_receipt, vault_entry

__all__ = [
    "attachment",
    "audit",
    "blob",
    "bundle",
    "bundle_file",
    "counter",
    "definition",
    "deputy",
    "draft",
    "draft_file",
    "form_entry",
    "history",
    "idem",
    "incident",
    "instance",
    "item",
    "job",
    "message",
    "metadata",
    "node",
    "notice",
    "outbox",
    "public_receipt",
    "recusal",
    "seal",
    "sealed_paper",
    "search_value",
    "seat",
    "setting",
    "slot",
    "snapshot",
    "start_subscription",
    "subscription",
    "taken",
    "task",
    "task_draft",
    "vault_entry",
    "vault_release",
]

Text = sa.Text

# --- definitions ------------------------------------------------------------------------
bundle = Table(  # one published version of one application
    "bundle",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("application", Text, nullable=False),
    Column("version", sa.Integer, nullable=False),  # 1, 2, 3 … per application
    Column("hash", Text, nullable=False),  # sha256 of its content
    Column("title", Text, nullable=False),
    Column("runtime", Text, nullable=False),  # of new instances: kernel | spiffworkflow
    Column("note", Text, nullable=False, default=""),
    Column("author", Text, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("facts", Json, nullable=False),  # parsed application.yaml, for pages
    UniqueConstraint("application", "version"),
)
blob = Table(  # file contents by hash, shared by bundles and drafts
    "blob",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("content", sa.LargeBinary, nullable=False),
)
bundle_file = Table(
    "bundle_file",
    metadata,
    Column("bundle_id", BigId, ForeignKey("bundle.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("sha256", Text, ForeignKey("blob.sha256"), nullable=False),
)
definition = Table(  # one process of one bundle
    "definition",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("bundle_id", BigId, ForeignKey("bundle.id"), nullable=False),
    Column("application", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", sa.Integer, nullable=False),  # = bundle version
    Column("name", Text, nullable=False),
    Column("latest", sa.Boolean, nullable=False),
    Column("facts", Json, nullable=False),  # ProcessFacts.as_dict()
    UniqueConstraint("key", "bundle_id"),
    Index("ix_definition_key_latest", "key", "latest"),
)
draft = Table(  # the one working copy of an application
    "draft",
    metadata,
    Column("application", Text, primary_key=True),
    Column("base_version", sa.Integer, nullable=False),  # bundle version it started from
    Column("version", sa.Integer, nullable=False),  # ETag of the whole draft
    Column("locked_by", Text),
    Column("locked_name", Text),
    Column("locked_at", UtcMoment),
    Column("updated_by", Text, nullable=False),
    Column("updated_at", UtcMoment, nullable=False),
)
draft_file = Table(
    "draft_file",
    metadata,
    Column("application", Text, ForeignKey("draft.application"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("sha256", Text, ForeignKey("blob.sha256"), nullable=False),
    Column("version", sa.Integer, nullable=False),  # ETag of the file
    Column("updated_by", Text, nullable=False),
    Column("updated_at", UtcMoment, nullable=False),
)

# --- instances --------------------------------------------------------------------------
instance = Table(
    "instance",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("uid", Text, nullable=False, unique=True),
    Column("root_id", BigId, nullable=False, index=True),  # own id for a root (a case)
    Column("parent_id", BigId, index=True),
    Column("parent_wait", Text),
    Column("parent_item", sa.Integer),
    Column("definition_id", BigId, ForeignKey("definition.id"), nullable=False, index=True),
    Column("runtime", Text, nullable=False),
    Column("status", Text, nullable=False),  # active suspended completed terminated …
    Column("state", sa.LargeBinary, nullable=False),  # the state document, codec.encode
    Column("version", sa.Integer, nullable=False),  # + 1 with each committed step
    Column("number", Text, unique=True),  # case number, roots only
    Column("title", Text, nullable=False, default=""),
    Column("state_name", Text, nullable=False, default=""),  # case state, roots only
    Column("region", Text, nullable=False, default=""),
    Column("place", Text, nullable=False, default=""),
    Column("year", sa.Integer),
    Column("category", Text, nullable=False, default=""),
    Column("case_round", sa.Integer, nullable=False, default=1),
    Column("due_at", UtcMoment),  # nearest due of the case's open work
    Column("starter", Text, nullable=False),
    Column("starter_unit", Text, nullable=False, default=""),
    Column("started_at", UtcMoment, nullable=False),
    Column("ended_at", UtcMoment),
    Column("rounds", Json),  # {node: number of its last round}, none before the first
    Column("recused", Json),  # {"units": […], "persons": […]} who keep away, roots only
    Column("history_no", sa.Integer, nullable=False, default=0),  # head of the chain
    Column("history_hash", Text, nullable=False, default=""),
    Index("ix_instance_region_status", "region", "status"),
    Index("ix_instance_starter", "starter"),
    Index("ix_instance_starter_unit", "starter_unit"),
    Index("ix_instance_place", "place"),
)
search_value = Table(  # declared search fields, typed and indexed
    "search_value",
    metadata,
    Column("root_id", BigId, ForeignKey("instance.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("text", Text),
    Column("number", sa.Numeric(38, 10)),
    Column("day", sa.Date),
    Column("flag", sa.Boolean),
    Index("ix_search_value_name_text", "name", "text"),
)
case_region = Table(  # divisions a case lies in besides that of its row
    "case_region",
    metadata,
    Column("root_id", BigId, ForeignKey("instance.id"), primary_key=True),
    Column("region", Text, primary_key=True),  # a division code
    Index("ix_case_region_region", "region", "root_id"),
)
counter = Table(  # gap-free numbers: last number given per rendered prefix
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last", BigId, nullable=False),
)

# --- people's work ----------------------------------------------------------------------
task = Table(  # one activation of a user task node: the round
    "task",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("root_id", BigId, nullable=False),
    Column("instance_id", BigId, ForeignKey("instance.id"), nullable=False),
    Column("wait", Text, nullable=False),
    Column("item", sa.Integer, nullable=False, default=0),  # 0 = no multi-instance item
    Column("node", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # user | manual
    Column("form", Text),
    Column("round", sa.Integer, nullable=False),  # n-th activation in the case round
    Column("case_round", sa.Integer, nullable=False, default=1),
    Column("rule", Text, nullable=False),  # any all sequential vote consult
    Column("settings", Json, nullable=False),  # seats/vote settings as evaluated
    Column("locals", sa.LargeBinary),  # item variables, codec
    Column("state", Text, nullable=False),  # open completed cancelled returned incident
    Column("version", sa.Integer, nullable=False, default=1),
    Column("priority", sa.Integer, nullable=False, default=50),
    Column("created_at", UtcMoment, nullable=False),
    Column("due_at", UtcMoment),
    Column("due_steps", Json),
    Column("due_kind", Text, nullable=False, default=""),  # ladder of reminders, "" = none
    Column("level", Text, nullable=False, default=""),  # highest rung reached: L0, L1 …
    Column("stopped_at", UtcMoment),  # 停表 since; the due moment moves when it ends
    Column("closed_at", UtcMoment),
    Column("outcome", Text),
    Column("arithmetic", Text),
    Column("superseded", sa.Boolean, nullable=False, default=False),
    UniqueConstraint("instance_id", "wait", "item"),
    Index("ix_task_root_state_due", "root_id", "state", "due_at"),  # nearest due of a case
    Index("ix_task_state_due", "state", "due_at"),
    Index("ix_task_state_level", "state", "level", "due_at"),
)
FOR_ANOTHER = sa.text("on_behalf_of IS NOT NULL")  # the few a deputy has
seat = Table(  # one entitled voice in a round: a unit first, a person second
    "seat",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("task_id", BigId, ForeignKey("task.id"), nullable=False, index=True),
    Column("root_id", BigId, nullable=False, index=True),
    Column("unit", Text, nullable=False),  # unit code, "" when a person is named
    Column("unit_name", Text, nullable=False, default=""),
    Column("role", Text, nullable=False, default=""),
    Column("label", Text, nullable=False, default=""),
    Column("person", Text),  # who claimed or acted
    Column("person_name", Text),
    Column("duty", Text, nullable=False, default="handle"),  # handle lead assist conclude asked
    Column("order_no", sa.Integer, nullable=False, default=0),
    Column("weight", sa.Integer, nullable=False, default=1),
    Column("required", sa.Boolean, nullable=False, default=False),
    Column("veto", sa.Boolean, nullable=False, default=False),
    Column("state", Text, nullable=False),  # open done void removed transferred held
    Column("decision", Text),  # AGREE DISAGREE ABSTAIN or an opinion word
    Column("outcome", Text),  # value of gov:outcome chosen
    Column("opinion", Text),
    Column("decided_at", UtcMoment),
    Column("on_behalf_of", Text),
    Column("version", sa.Integer, nullable=False, default=1),
    Column("due_at", UtcMoment),
    Column("region", Text, nullable=False, default=""),
    Column("added_by", Text),  # who added it to the round (加签, 委派); null: the diagram
    Column("added_name", Text),
    Column("origin", BigId),  # the seat whose holder added it
    Index("ix_seat_unit_state_due", "unit", "state", "due_at"),
    Index("ix_seat_person_state", "person", "state"),
    # Every work list asks for what a deputy holds for its reader: nearly always nothing.
    Index(
        "ix_seat_on_behalf_of",
        "on_behalf_of",
        "state",
        sqlite_where=FOR_ANOTHER,
        postgresql_where=FOR_ANOTHER,
    ),
)
form_entry = Table(  # what a form held when it was submitted; never changed
    "form_entry",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("root_id", BigId, nullable=False, index=True),
    Column("task_id", BigId),
    Column("seat_id", BigId),
    Column("form", Text, nullable=False),
    Column("data", sa.LargeBinary, nullable=False),  # codec
    Column("person", Text, nullable=False),
    Column("at", UtcMoment, nullable=False),
)
task_draft = Table(  # typed but not submitted; one per task and person
    "task_draft",
    metadata,
    Column("task_id", BigId, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("data", sa.LargeBinary, nullable=False),
    Column("version", sa.Integer, nullable=False),
    Column("updated_at", UtcMoment, nullable=False),
)
item = Table(  # rows of multi-instance bodies (kernel.md 1.2)
    "item",
    metadata,
    Column("instance_id", BigId, ForeignKey("instance.id"), primary_key=True),
    Column("wait", Text, primary_key=True),
    Column("no", sa.Integer, primary_key=True),  # 1-based
    Column("value", sa.LargeBinary),  # recorded element, codec
    Column("output", sa.LargeBinary),  # finished output, codec
    Column("outcome", Text),
    Column("done", sa.Boolean, nullable=False, default=False),
)
attachment = Table(
    "attachment",
    metadata,
    Column("id", Text, primary_key=True),  # UUID
    Column("root_id", BigId, index=True),  # null until used by a case
    Column("seat_id", BigId),  # the seat whose signed and sealed page this shows
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("size", BigId, nullable=False),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at", UtcMoment, nullable=False),
    Column("meta", Json, nullable=False),
)
