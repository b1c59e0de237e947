"""The tables of the machine's work and of the records: jobs, messages, history."""

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, Index, Table, UniqueConstraint

from engine.store.columns import BigId, Json, UtcMoment, metadata

Text = sa.Text
READY = sa.text("state = 'ready'")  # of the outbox: in queries as in the index, a literal

# --- machine's work ---------------------------------------------------------------------
subscription = Table(
    "subscription",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("instance_id", BigId, sa.ForeignKey("instance.id"), nullable=False),
    Column("root_id", BigId, nullable=False),
    Column("wait", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("kind", Text, nullable=False),  # message | signal
    Column("name", Text, nullable=False),
    Column("keys", Json, nullable=False),  # {property: text}
    Column("key_hash", Text, nullable=False),  # of the canonical keys, "" without keys
    UniqueConstraint("instance_id", "wait"),
    Index("ix_subscription_match", "kind", "name", "key_hash"),
)
start_subscription = Table(  # message, signal and timer starts of latest definitions
    "start_subscription",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("definition_id", BigId, sa.ForeignKey("definition.id"), nullable=False),
    Column("key", Text, nullable=False),  # process key
    Column("node", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("key", "node"),
    Index("ix_start_subscription_match", "kind", "name"),
)
message = Table(  # published messages that wait for a receiver, and dead letters
    "message",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("uid", Text, nullable=False, unique=True),  # idempotency of delivery
    Column("name", Text, nullable=False),
    Column("keys", Json, nullable=False),
    Column("key_hash", Text, nullable=False),
    Column("payload", sa.LargeBinary, nullable=False),
    Column("state", Text, nullable=False),  # waiting delivered dead
    Column("reason", Text, nullable=False, default=""),
    Column("published_at", UtcMoment, nullable=False),
    Column("expires_at", UtcMoment, nullable=False),
    Index("ix_message_match", "state", "name", "key_hash"),
)
job = Table(
    "job",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("uid", Text, nullable=False, unique=True),
    Column("root_id", BigId),
    Column("instance_id", BigId),
    Column("wait", Text),  # of the waiting token
    Column("node", Text, nullable=False, default=""),
    Column("kind", Text, nullable=False),  # timer service message signal start notify …
    Column("lane", Text, nullable=False),  # engine callout bulk external
    Column("topic", Text, nullable=False, default=""),  # service name, lane external
    Column("payload", Json, nullable=False),  # ids and codec text; no personal data
    Column("due_at", UtcMoment, nullable=False),
    Column("prio", sa.Integer, nullable=False, default=0),
    Column("state", Text, nullable=False, default="ready"),  # ready leased failed paused
    Column("tries_left", sa.Integer, nullable=False, default=3),
    Column("attempts", sa.Integer, nullable=False, default=0),
    Column("lock_owner", Text),
    Column("fence", BigId, nullable=False, default=0),
    Column("lock_until", UtcMoment),
    Column("error_code", Text),
    Column("error_text", Text),
    Column("dedup_key", Text, unique=True),
    Column("created_at", UtcMoment, nullable=False),
    CheckConstraint("lane <> 'engine' OR root_id IS NOT NULL", name="engine_has_root"),
    Index("ix_job_due", "lane", "state", "due_at", "id"),
    Index("ix_job_lease", "state", "lock_until"),
    Index("ix_job_root", "root_id", "due_at"),
    Index("ix_job_wait", "instance_id", "wait"),
)
slot = Table(  # periodic work and start timers: who inserts the slot runs it
    "slot",
    metadata,
    Column("name", Text, primary_key=True),
    Column("slot_at", UtcMoment, primary_key=True),
)
incident = Table(
    "incident",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("root_id", BigId, index=True),
    Column("instance_id", BigId),
    Column("job_id", BigId),
    Column("ref", Text, nullable=False, default=""),  # incident id inside the state
    Column("node", Text, nullable=False, default=""),
    Column("node_name", Text, nullable=False, default=""),
    Column("code", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("first_at", UtcMoment, nullable=False),
    Column("last_at", UtcMoment, nullable=False),
    Column("count", sa.Integer, nullable=False, default=1),
    Column("state", Text, nullable=False),  # open resolved
    Column("owner", Text),
    Column("resolved_by", Text),
    Column("resolved_at", UtcMoment),
    Index("ix_incident_state_code", "state", "code"),
)
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("uid", Text, nullable=False, unique=True),  # the idempotency key sent outside
    Column("root_id", BigId),
    Column("channel", Text, nullable=False),  # inbox mail sms webhook
    Column("recipient", Text, nullable=False),  # unit:CODE or person:ID
    Column("template", Text, nullable=False),
    Column("params", Json, nullable=False),
    Column("dedup_key", Text, unique=True),
    Column("state", Text, nullable=False),  # ready sent dead
    Column("created_at", UtcMoment, nullable=False),
    Column("sent_at", UtcMoment),
    # The few that wait are found without reading the many that were sent.
    Index("ix_outbox_ready", "id", sqlite_where=READY, postgresql_where=READY),
)
notice = Table(  # the in-app inbox: 通知, 抄送
    "notice",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("outbox_uid", Text, nullable=False, unique=True),
    Column("recipient", Text, nullable=False, index=True),
    Column("root_id", BigId),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcMoment, nullable=False),
    Column("read_at", UtcMoment),
)

# --- records ----------------------------------------------------------------------------
history = Table(  # append-only, chained per case (reliability.md 6.9)
    "history",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("root_id", BigId, nullable=False),
    Column("no", sa.Integer, nullable=False),
    Column("instance_id", BigId, nullable=False),
    Column("at", UtcMoment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("unit", Text, nullable=False, default=""),
    Column("on_behalf_of", Text),
    Column("node", Text, nullable=False, default=""),
    Column("detail", Text, nullable=False),  # canonical JSON, codec tags
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("root_id", "no"),
)
snapshot = Table(  # frozen figures with their rows; a history line holds the digest
    "snapshot",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("uid", Text, nullable=False, unique=True),
    Column("root_id", BigId, nullable=False, index=True),  # the case that froze them
    Column("application", Text, nullable=False),
    Column("year", sa.Integer, nullable=False),
    Column("as_of", UtcMoment, nullable=False),
    Column("taken_at", UtcMoment, nullable=False),
    Column("figures", sa.LargeBinary, nullable=False),  # [Figure.as_dict()], codec
    Column("rows", sa.LargeBinary, nullable=False),  # {ledger: [row]}, codec
    Index("ix_snapshot_application_year", "application", "year"),
)
audit = Table(  # events without a case: logins, settings, definitions, clock moves
    "audit",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", UtcMoment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Index("ix_audit_kind", "kind", "id"),  # nearly all lines are sign-ins; few are asked for
)
seal = Table(
    "seal",
    metadata,
    Column("no", BigId, primary_key=True),
    Column("at", UtcMoment, nullable=False),
    Column("upto_audit", BigId, nullable=False),
    Column("upto_history", BigId, nullable=False),  # the newest line seen when sealing
    Column("heads", Json, nullable=False),  # {root_id: [history_no, hash]} that moved
    Column("prev", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
idem = Table(
    "idem",
    metadata,
    Column("principal", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("route", Text, nullable=False),
    Column("body_hash", Text, nullable=False),
    Column("status", sa.Integer, nullable=False),
    Column("response", Json, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
)
setting = Table(  # installation settings: demo clock offset, paused worker …
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Json, nullable=False),
    Column("version", sa.Integer, nullable=False, default=1),
)
node = Table(  # running server processes
    "node",
    metadata,
    Column("id", Text, primary_key=True),
    Column("started_at", UtcMoment, nullable=False),
    Column("heartbeat_at", UtcMoment, nullable=False),
    Column("stopped_at", UtcMoment),
    Column("release", Text, nullable=False),
)

# --- tables that come in ----------------------------------------------------------------
import_run = Table(  # one uploaded or pasted table
    "import_run",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("uid", Text, nullable=False, unique=True),
    Column("application", Text, nullable=False),
    Column("source", Text, nullable=False),  # id of the import file
    Column("title", Text, nullable=False),
    Column("sha256", Text, nullable=False),  # of the file; its bytes stand in the file store
    Column("name", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("unit", Text, nullable=False, default=""),
    # reading checking ready applying, then done stopped failed
    Column("state", Text, nullable=False),
    Column("error", Text, nullable=False, default=""),
    Column("created_at", UtcMoment, nullable=False),
    Column("ended_at", UtcMoment),
    Index("ix_import_run_state", "state", "id"),
    Index("ix_import_run_person", "person", "id"),
)
import_row = Table(  # the receipt: one row of the table
    "import_row",
    metadata,
    Column("run_id", BigId, sa.ForeignKey("import_run.id"), primary_key=True),
    Column("no", sa.Integer, primary_key=True),  # row number in the sheet
    Column("cells", sa.LargeBinary, nullable=False),  # codec: cell by label
    # read, then create merge unchanged refused, then created merged
    Column("state", Text, nullable=False),
    Column("key", Text, nullable=False, default=""),  # hash of what must not repeat
    Column("problems", Json, nullable=False),  # [{"label", "text"}]
    Column("root_id", BigId),
    Index("ix_import_row_state", "run_id", "state", "no"),
    Index("ix_import_row_key", "run_id", "key"),
)
import_key = Table(  # which case a row of a table became; the same row twice adds nothing
    "import_key",
    metadata,
    Column("application", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("root_id", BigId, nullable=False, index=True),
    Column("digest", Text, nullable=False),  # of the whole row as last taken over
)
