"""Models that import one another."""

from collections.abc import Mapping
from typing import Any

import pytest

from engine.base.errors import InvalidDefinition
from engine.base.expressions import Moment
from engine.dmn.evaluate import compile_model
from engine.dmn.parse import parse
from tests.dmn.support import data, decision, document, knowledge, literal

LIBRARY = document(
    data("n"),
    '<itemDefinition name="tLimit"><typeRef>number</typeRef></itemDefinition>',
    knowledge("thrice", [("n", "tLimit")], literal("n * 3")),
    decision("basis value", literal("7"), name="basis value").replace(
        'id="basis value"', 'id="basis"'
    ),
    namespace="urn:library",
)


def importing(*parts: str) -> Mapping[str, Any]:
    head = (
        '<import name="lib" namespace="urn:library" importType='
        '"https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
    )
    return {
        "b.dmn": parse(document(head, *parts), "b.dmn"),
        "lib.dmn": parse(LIBRARY, "lib.dmn"),
    }


def test_an_imported_model_is_reached_by_its_prefix() -> None:
    made = compile_model(
        importing(
            decision(
                "d",
                literal("lib.thrice(lib.basis value)"),
                decisions=["urn:library#basis"],
                knowledge=["urn:library#thrice"],
                kind="lib.tLimit",
            )
        )
    )
    assert made.evaluate("d", {}, Moment()).value == 21
    assert made.version("d") != made.version("basis")


def test_an_import_that_is_not_deployed_is_refused() -> None:
    files = dict(importing(decision("d", literal("1"))))
    del files["lib.dmn"]
    with pytest.raises(InvalidDefinition) as caught:
        compile_model(files)
    assert caught.value.findings[0].code == "dmn.import"
