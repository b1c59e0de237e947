"""Words for coded values: the label of an option, the name a register gives a code."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from engine.base.values import Value
from engine.context import Deployed
from engine.forms.fields import Field

Words = Mapping[str, str]  # value as stored -> what people read, in the order of the form
CHOICES = frozenset(("choice", "choices"))
NAMED = frozenset(("division", "unit", "person"))  # whose names lists look up themselves
VARIABLE = "var:"


def by_source(
    version: Deployed, processes: Iterable[str], at: datetime
) -> dict[str, Words]:
    """Give, by what a ledger column is filled from, the words of its values at AT.

    A column is filled from a declared search field or "var:<name>"; its words are those of
    the field of that name in the forms of PROCESSES. One that is no choice has none.
    """
    known = [key for key in processes if key in version.facts]
    words: dict[str, dict[str, str]] = {}
    for one in _fields(version, known):
        for value, label in _offered(version, one, at):
            words.setdefault(one.key, {}).setdefault(value, label)
    found: dict[str, Words] = {f"{VARIABLE}{key}": one for key, one in words.items()}
    for key in known:
        for entry in version.facts[key].search_fields:
            variable = str(entry.get("from") or entry["name"])
            if variable in words:  # a formula is no name of a field
                found[str(entry["name"])] = words[variable]
    return found


def _fields(version: Deployed, processes: Iterable[str]) -> Iterator[Field]:
    """Give the fields of the forms of PROCESSES, each form once."""
    names: dict[str, None] = {}
    for key in processes:
        facts = version.facts[key]
        names |= dict.fromkeys(one.form for one in facts.starts if one.form)
        names |= dict.fromkeys(one.form for one in facts.nodes.values() if one.form)
    for name in names:
        if name in version.forms:
            yield from version.forms[name].all


def _offered(version: Deployed, one: Field, at: datetime) -> Iterable[tuple[str, str]]:
    """Give what field ONE offers as (value, label); ended rows of a register come last."""
    if one.type in CHOICES and one.options is not None:
        return [(str(value), label) for value, label in one.options.fixed]
    if one.type != "reference" or one.coded.register in NAMED:
        return ()
    kind = one.coded.register
    return [*version.choices(kind, at), *version.application.choices(kind)]


def told(words: Words, value: Value) -> Value:
    """Give VALUE, or each of a list, in WORDS; what has none stays."""
    if isinstance(value, list):
        return [told(words, each) for each in value]
    return words.get(str(value), value) if isinstance(value, str) else value


def asked(words: Words, wanted: Any) -> Any:
    """Give the demand WANTED of a filter with codes where it says labels."""
    if isinstance(wanted, str):
        codes = coded(words, wanted)
        return wanted if wanted in words or not codes else {"$in": codes}
    if not isinstance(wanted, Mapping):
        return wanted
    made = dict(wanted)
    pattern = made.get("$like")
    if isinstance(pattern, str):
        codes = [
            code
            for code, label in words.items()
            if fnmatchcase(label, pattern) or fnmatchcase(code, pattern)
        ]
        if codes:
            del made["$like"]
            made["$in"] = codes
    elif isinstance(made.get("$in"), list):
        made["$in"] = [code for each in made["$in"] for code in coded(words, each) or [each]]
    return made


def coded(words: Words, label: Any) -> list[str]:
    """Give the codes LABEL stands for: itself, or every one that is called so."""
    if label in words:
        return [label]
    return [code for code, text in words.items() if text == label]


def mentioned(words: Words, needle: str) -> list[str]:
    """Give the codes whose label holds NEEDLE and says more than the code."""
    return [code for code, text in words.items() if needle in text and text != code]
