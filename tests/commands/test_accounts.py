"""Accounts: counted tries, locks, sessions that end, rights that are checked."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.base.clock import shanghai
from engine.base.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from engine.commands.accounts import ChangePassword, CountSignIn, CreatePerson, SignIn, SignOut
from engine.commands.attachments import AddAttachment
from engine.store import people_rows
from engine.store.machine import audit
from engine.store.people import session
from tests.support.tiny import Tiny

NOW = shanghai("2026-01-05 08:00")


def count(tiny: Tiny, login: str = "field1", address: str = "a", minutes: float = 0) -> object:
    at = NOW + timedelta(minutes=minutes)
    return tiny.engine.execute(CountSignIn(login, address, at), SYSTEM)


def test_the_sixth_try_in_ten_minutes_is_locked_out_even_with_the_right_password(
    tiny: Tiny,
) -> None:
    for _ in range(5):
        assert count(tiny).hash == "no-hash"
    locked = count(tiny)
    assert (locked.hash, locked.retry_after) == ("", 600)
    assert count(tiny, minutes=9).retry_after == 61
    assert count(tiny, minutes=11, address="b").hash == "no-hash"


def test_a_success_forgets_the_failures(tiny: Tiny) -> None:
    for _ in range(4):
        count(tiny)
    tiny.engine.execute(SignIn("field1", NOW), SYSTEM)
    for _ in range(5):
        assert count(tiny).hash == "no-hash"


def test_an_address_is_limited_over_all_names(tiny: Tiny) -> None:
    names = [f"nobody{n}" for n in range(30)]
    assert {count(tiny, name).retry_after for name in names} == {0}
    assert count(tiny).retry_after > 0
    assert count(tiny, address="b").hash == "no-hash"


def test_sign_ins_that_succeed_do_not_use_up_their_address(tiny: Tiny) -> None:
    for _ in range(40):  # a whole bureau behind one address
        assert count(tiny).retry_after == 0
        tiny.engine.execute(SignIn("field1", NOW, "a"), SYSTEM)
    here = tiny.engine.execute(SignIn("field1", NOW, "a"), SYSTEM).token
    for _ in range(40):
        assert count(tiny).retry_after == 0
        tiny.do("field1", ChangePassword("new", here, NOW, "a"))
    names = [f"nobody{n}" for n in range(30)]
    assert {count(tiny, name).retry_after for name in names} == {0}  # nothing below zero
    assert count(tiny, "nobody31").retry_after > 0


def test_a_session_is_stored_as_a_hash_and_ends(tiny: Tiny) -> None:
    first = tiny.engine.execute(SignIn("field1", NOW), SYSTEM)
    second = tiny.engine.execute(SignIn("field1", NOW, old_token=first.token), SYSTEM)
    rows = tiny.rows(sa.select(session))
    assert all(first.token not in str(row) for row in rows)
    with tiny.engine.database.read() as conn:
        assert people_rows.load_session(conn, first.token) is None
        assert people_rows.load_session(conn, second.token)["person"] == "field1"
    tiny.do("field1", SignOut(second.token, NOW))
    with tiny.engine.database.read() as conn:
        assert people_rows.load_session(conn, second.token) is None
    kinds = {row["kind"] for row in tiny.rows(sa.select(audit))}
    assert {"SignIn", "SignOut"} <= kinds


def test_a_new_password_ends_the_sessions_elsewhere(tiny: Tiny) -> None:
    here = tiny.engine.execute(SignIn("field1", NOW), SYSTEM).token
    there = tiny.engine.execute(SignIn("field1", NOW), SYSTEM).token
    tiny.do("field1", ChangePassword("new", here, NOW))
    with tiny.engine.database.read() as conn:
        assert people_rows.load_session(conn, here)
        assert people_rows.load_session(conn, there) is None
        assert people_rows.load_person(conn, "field1")["password"] == "new"


def test_accounts_are_made_by_administrators_with_known_rights_and_units(tiny: Tiny) -> None:
    with pytest.raises(NotAllowed):
        tiny.do("owner", CreatePerson("x", "新人", "h"))
    with pytest.raises(InvalidRequest, match="god"):
        tiny.do("root", CreatePerson("x", "新人", "h", ("god",)))
    with pytest.raises(NotFound, match="U-NONE"):
        tiny.do("root", CreatePerson("x", "新人", "h", (), (("U-NONE", "clerk"),)))
    with pytest.raises(Conflict, match="已存在"):
        tiny.do("root", CreatePerson("field1", "新人", "h"))
    tiny.do("root", CreatePerson("x", "新人", "h", ("scheduler",), (("U-HEAD", "leader"),)))
    actor = tiny.actor("x")
    assert (actor.units, actor.posts[0].role) == (frozenset({"U-HEAD"}), "HEAD")
    assert actor.may("scheduler")


def test_attachments_belong_to_who_uploaded_them_until_a_case_takes_them(tiny: Tiny) -> None:
    stored = tiny.engine.files.put([b"picture", b" of a pit"])
    assert tiny.engine.files.read(stored.sha256) == b"picture of a pit"
    assert tiny.engine.files.put([b"picture of a pit"]) == stored
    command = AddAttachment(stored.sha256, stored.size, "../坑.jpg", "image/jpeg")
    uid = tiny.do("field2", command).id
    file = {"attachmentId": uid, "sha256": stored.sha256, "name": "坑.jpg"}
    with pytest.raises(InvalidRequest):
        tiny.start(photos=[file])
    uid = tiny.do("field1", command).id
    case_id = tiny.start(photos=[{**file, "attachmentId": uid}]).instance_id
    from engine.store.tables import attachment

    rows = {row["id"]: row for row in tiny.rows(sa.select(attachment))}
    assert rows[uid]["root_id"] == case_id
    assert rows[uid]["name"] == "坑.jpg"
