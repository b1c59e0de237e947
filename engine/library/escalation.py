"""The section `escalation` of application.yaml: the decision, and whom its words mean."""

from collections.abc import Mapping
from typing import Any

from engine.library.reading import Reader

KEYS = frozenset(("decision", "notify", "kinds", "note"))
WHO = ("handlers", "leaders", "starter")
LEVELS = ("county", "prefecture", "province", "place")
WAYS: Mapping[str, frozenset[str]] = {
    "role": frozenset(("role", "level")),
    "unit": frozenset(("unit",)),
    "variable": frozenset(("variable",)),
}


def read_escalation(
    data: Mapping[str, Any], roles: Mapping[str, str], reader: Reader
) -> Mapping[str, Any]:
    """Read `escalation: {decision, notify: {word: whom}, kinds: {kind: title}}`, or {}.

    Whom: handlers (of the open seats), leaders (of their units), starter (the unit that
    started the case), {role: CODE, level: …} (where the case lies), {unit: CODE},
    {variable: NAME} (unit codes in a variable of the case), or a list of these.
    """
    section = reader.may(data, "escalation", dict)
    if not section:
        return {}
    reader.known(section, KEYS, "escalation")
    reader.need(section, "decision", str, "escalation")
    for kind, title in (reader.may(section, "kinds", dict, "escalation") or {}).items():
        if not isinstance(title, str) or not title:
            reader.report(f"escalation.kinds.{kind}", "应写成 种类: 名称", "名称用文字")
    notify = reader.may(section, "notify", dict, "escalation") or {}
    for word, whom in notify.items():
        where = f"escalation.notify.{word}"
        for one in whom if isinstance(whom, list) else [whom]:
            _check(one, where, roles, reader)
    return {**section, "notify": {str(word): _listed(whom) for word, whom in notify.items()}}


def _listed(whom: Any) -> list[Any]:
    return whom if isinstance(whom, list) else [whom]


def _check(one: Any, where: str, roles: Mapping[str, str], reader: Reader) -> None:
    if isinstance(one, str) and one in WHO:
        return
    way = next((key for key in WAYS if isinstance(one, dict) and key in one), "")
    if not way or not all(isinstance(value, str) for value in one.values()):
        text = f"写作 {'、'.join(WHO)}，或 {{role: 角色}}、{{unit: 单位}}、{{variable: 变量}}"
        reader.report(where, "没有说明是谁", text)
        return
    reader.known(one, WAYS[way], where)
    reader.word(one, "level", LEVELS, where)
    if way == "role" and one["role"] not in roles:
        reader.report(where, f"角色“{one['role']}”没有声明", "在 roles 中补上，或改正代码")
