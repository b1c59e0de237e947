"""What divisions keep of their own (G-60): which processes it concerns, whether it fits."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from engine.base.findings import Finding
from engine.bpmn.facts import ProcessFacts
from engine.library.bundle import MAIN, Bundle
from engine.versions import Assembled, Deployed


def variant_findings(
    base: Deployed, made: Assembled, paths: Mapping[str, str], ids: Mapping[str, str]
) -> list[Finding]:
    """Give what is wrong with files a division replaces: PATHS, original -> its own.

    A case begins before its region is known for sure, so a stand-in keeps the processes of
    the original, their ways to start and their start forms. IDS are the forms by path.
    """
    own_files = paths.keys() - {MAIN}
    told = [f for f in made.findings if f.file in own_files or f.severity == "error"]
    found = [_placed(one, paths) for one in told]
    if made.deployed is None:
        return found
    found += _form_findings(base, made.deployed, paths, ids)
    for key, facts in base.facts.items():
        own = paths.get(facts.file)
        other = made.deployed.facts.get(key)
        if own is None:
            continue
        if other is None:
            found.append(_unlike(own, key, f"替换的流程图缺少流程“{key}”"))
        elif _entry(facts) != _entry(other):
            text = f"流程“{key}”的开始节点、开始消息或发起表单与原图不同"
            found.append(_unlike(own, key, text))
    for key in made.deployed.facts.keys() - base.facts.keys():
        file = made.deployed.facts[key].file
        found.append(_unlike(paths.get(file, file), key, f"原图没有流程“{key}”"))
    return found


def _placed(one: Finding, paths: Mapping[str, str]) -> Finding:
    """Give a finding under the name of the division's file, or tell which files cause it."""
    if one.file in paths:
        return replace(one, file=paths[one.file])
    return replace(one, zh=f"{one.zh}（换上 {'、'.join(sorted(paths.values())[:3])} 之后）")


def _form_findings(
    base: Deployed, made: Deployed, paths: Mapping[str, str], ids: Mapping[str, str]
) -> list[Finding]:
    """Give what is wrong with forms a division replaces: diagrams and tables read the fields.

    A stand-in keeps the id of the form, its fields and their types; more may be added.
    """
    found: list[Finding] = []
    starts = {s.form for facts in base.facts.values() for s in facts.starts if s.form}
    for path, name in ids.items():
        own, form = paths.get(path), base.forms.get(name)
        if own is None or form is None:
            continue
        fields = made.forms[name].fields if name in made.forms else {}
        lost = [key for key, kind in form.fields.items() if fields.get(key) != kind]
        if lost:
            text = f"替换的表单“{name}”缺少字段或改变了种类：{'、'.join(lost[:8])}"
            repair = "保留原表单的标识、字段和种类，可以改名称、选项、规则，增加字段"
            found.append(_error(own, name, text, repair))
        if name in starts:
            text = f"发起时还不知道区划，“{form.title}”发起时用原表单，以后的环节用替换的表单"
            found.append(Finding("override.start", "note", own, name, name, text, text, ""))
    return found


def form_ids(bundle: Bundle) -> dict[str, str]:
    """Give path -> id of the application's own forms: the id is the name of the file."""
    return {path: PurePosixPath(path).stem for path in bundle.forms()}


def concerned(bundle: Bundle, facts: ProcessFacts, paths: Mapping[str, str]) -> bool:
    """Tell whether a process runs otherwise where PATHS (original -> own) are replaced."""
    if facts.file in paths or MAIN in paths:
        return True
    ids = {name for path, name in form_ids(bundle).items() if path in paths}
    used = {s.form for s in facts.starts} | {node.form for node in facts.nodes.values()}
    return bool(ids & used)


def _entry(facts: ProcessFacts) -> tuple[Any, ...]:
    return tuple(sorted((s.kind, s.node, s.name, s.form or "") for s in facts.starts))


def _unlike(file: str, key: str, text: str) -> Finding:
    return _error(file, key, text, "保留原图的流程标识、开始节点和发起表单，只改其余环节")


def _error(file: str, key: str, text: str, repair: str) -> Finding:
    return Finding("override.shape", "error", file, key, key, text, text, repair)
