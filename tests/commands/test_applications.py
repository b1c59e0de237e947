"""Two applications share role codes, not people: a unit of one starts nothing of the other."""

import pytest
import sqlalchemy as sa

from engine.base.errors import NotAllowed
from engine.commands.instances import StartInstance, StartMany
from engine.queries import imports, page_forms
from engine.store.tables import instance
from tests.support import tables
from tests.support.tiny import REPORT, Tiny, deploy, deploy_twin


@pytest.fixture
def twins(tiny: Tiny) -> Tiny:
    deploy_twin(tiny.engine, there="V-S1")
    return tiny


def test_a_unit_starts_cases_of_its_own_application_only(twins: Tiny) -> None:
    own, other = {"field1": "tiny_case", "there": "twin_case"}, "V-S1"
    for login, key in own.items():
        foreign = next(k for k in own.values() if k != key)
        for command in (
            StartInstance(foreign, REPORT),
            StartInstance(foreign, REPORT, unit="U-S1"),
            StartInstance(foreign, REPORT, unit=other),
            StartMany(foreign, (REPORT,)),
        ):
            with pytest.raises(NotAllowed) as refused:
                twins.do(login, command)
            assert refused.value.message == _refusal(twins)
        assert [p.key for p in twins.engine.ask(page_forms.startable, twins.actor(login))] == [
            key
        ]
    assert twins.rows(sa.select(instance)) == []
    assert twins.do("there", StartInstance("twin_case", REPORT)).number == "TW-2025-990101-001"
    assert twins.start().number == "TN-2025-990101-001"
    with pytest.raises(NotAllowed):
        twins.do("field1", StartInstance("tiny_case", REPORT, unit=other))


def _refusal(twins: Tiny) -> str:
    """Give the words said to whoever holds no fitting role at all."""
    with pytest.raises(NotAllowed) as refused:
        twins.start("head")
    return refused.value.message


def test_a_unit_imports_into_its_own_application_only(twins: Tiny) -> None:
    tables.with_import(twins)
    with pytest.raises(NotAllowed):
        tables.send(twins, tables.table(), "there")
    assert twins.engine.ask(imports.sources, twins.actor("there")) == ()
    assert len(twins.engine.ask(imports.sources, twins.actor("field1"))) == 1
    assert tables.send(twins, tables.table(), "field1")


def test_where_an_application_has_no_units_every_post_counts(twins: Tiny) -> None:
    text = b"code,name,level,region,roles,place,parent\n"
    deploy(twins.engine, {"organisation/units.csv": text}, base_version=1)
    key = "tiny_case"
    found = twins.engine.ask(page_forms.startable, twins.actor("there"))
    assert [one.key for one in found] == [key, "twin_case"]
    assert found[0].units == (("V-S1", "清水管护站"),)
