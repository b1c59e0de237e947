"""Messages and signals: who waits, for which keys, and messages that wait themselves."""

import hashlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.store import codec
from engine.store.reading import Doing, Reading
from engine.store.rows import Conn, Row, add, every, insert, one
from engine.store.tables import instance, message, subscription

_HEARING = Reading(
    sa.select(subscription)
    .where(
        subscription.c.kind == sa.bindparam("the_kind"),
        subscription.c.name == sa.bindparam("the_name"),
        subscription.c.key_hash.in_(sa.bindparam("the_hashes", expanding=True)),
    )
    .order_by(subscription.c.id)
    .limit(20)
)
_AT = Reading(
    sa.select(subscription).where(
        subscription.c.instance_id == sa.bindparam("the_instance"),
        subscription.c.wait == sa.bindparam("the_wait"),
    )
)
_WAITING = Reading(
    sa.select(message)
    .where(
        message.c.state == "waiting",
        message.c.expires_at > sa.bindparam("the_now"),
        message.c.name == sa.bindparam("the_name"),
        message.c.key_hash == sa.bindparam("the_hash"),
    )
    .order_by(message.c.id)
    .with_for_update(skip_locked=True)
)
_MISSED = Reading(
    sa.select(message.c.id, subscription.c.root_id)
    .join(
        subscription,
        sa.and_(
            subscription.c.kind == "message",
            subscription.c.name == message.c.name,
            subscription.c.key_hash == message.c.key_hash,
        ),
    )
    .where(message.c.state == "waiting", message.c.expires_at > sa.bindparam("the_now"))
    .where(message.c.key_hash != "")
    .order_by(message.c.id)
    .limit(sa.bindparam("the_most", type_=sa.Integer))
)
_SETTLE = Doing(
    sa.update(message)
    .where(message.c.id == sa.bindparam("the_id"))
    .values(state=sa.bindparam("the_state"), reason=sa.bindparam("the_reason"))
)
_MANY_KEYS = 4  # beyond it only the full set of keys is looked up


def key_hash(keys: Mapping[str, Any]) -> str:
    """Give the hash of canonical KEYS, "" for none."""
    return hashlib.sha256(codec.encode(dict(keys))).hexdigest() if keys else ""


def hashes_within(keys: Mapping[str, Any]) -> list[str]:
    """Give the hashes a subscription may have so that KEYS satisfy all it asks for."""
    names = sorted(keys)
    if len(names) > _MANY_KEYS:
        return [key_hash(keys)]
    sets = (itertools.combinations(names, n) for n in range(len(names), 0, -1))
    return [key_hash({k: keys[k] for k in part}) for part in itertools.chain(*sets)]


def keys_text(keys: Mapping[str, Any]) -> Row:
    """Give KEYS as JSON can show them."""
    return {name: codec.plain(value) for name, value in keys.items()}


def subscribers(conn: Conn, kind: str, name: str, hashes: Sequence[str]) -> list[Row]:
    """Give live subscriptions of message NAME whose keys hash to one of HASHES."""
    return _HEARING.rows(conn, the_kind=kind, the_name=name, the_hashes=hashes)


def subscribers_by_name(
    conn: Conn, kind: str, name: str, instance_id: int | None = None
) -> list[Row]:
    """Give live subscriptions by NAME alone, of one case when INSTANCE_ID is given."""
    query = _live(kind, name)
    if instance_id is not None:
        root = sa.select(instance.c.root_id).where(instance.c.id == instance_id)
        query = query.where(subscription.c.root_id == root.scalar_subquery())
    return every(conn, query.order_by(subscription.c.id))


def _live(kind: str, name: str) -> sa.Select[Any]:
    return sa.select(subscription).where(
        subscription.c.kind == kind, subscription.c.name == name
    )


def subscription_at(conn: Conn, instance_id: int, wait: str) -> Row | None:
    """Give the subscription of one wait."""
    return _AT.one(conn, the_instance=instance_id, the_wait=wait)


def open_subscriptions(conn: Conn, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert live subscriptions."""
    add(conn, subscription, rows)


def close_subscriptions(conn: Conn, instance_id: int, waits: Sequence[str]) -> None:
    """Delete the subscriptions of WAITS."""
    if waits:
        found = [{"instance_id": instance_id, "wait": wait} for wait in waits]
        conn.remove(subscription, found)


def message_by_uid(conn: Conn, uid: str) -> Row | None:
    """Give the message with this idempotency id."""
    return one(conn, sa.select(message).where(message.c.uid == uid))


def keep_message(conn: Conn, row: Mapping[str, Any]) -> int:
    """Store a message in its state."""
    return insert(conn, message, row)


def waiting_for(conn: Conn, pairs: Iterable[tuple[str, str]], now: datetime) -> list[Row]:
    """Lock and give the waiting messages for (name, key hash) PAIRS, oldest first."""
    found = [
        row
        for name, keys in pairs
        for row in _WAITING.rows(conn, the_now=now, the_name=name, the_hash=keys)
    ]
    return sorted(found, key=lambda row: int(row["id"]))


def settle_message(conn: Conn, message_id: int, state: str, reason: str = "") -> None:
    """Write what became of a waiting message."""
    _SETTLE.run(conn, the_id=message_id, the_state=state, the_reason=reason)


def expire_messages(conn: Conn, now: datetime) -> int:
    """Make waiting messages that nobody wanted dead letters."""
    query = sa.update(message).where(message.c.state == "waiting", message.c.expires_at <= now)
    return conn.execute(query.values(state="dead", reason="expired")).rowcount


def missed_pairs(conn: Conn, now: datetime, limit: int = 50) -> list[Row]:
    """Give waiting messages somebody waits for: they crossed on the way.

    Two transactions, one publishing and one subscribing, do not see each other.
    """
    return _MISSED.rows(conn, the_now=now, the_most=limit)


def hold_message(conn: Conn, message_id: int) -> Row | None:
    """Lock a message that still waits."""
    query = sa.select(message).where(message.c.id == message_id, message.c.state == "waiting")
    return one(conn, query.with_for_update(skip_locked=True))
