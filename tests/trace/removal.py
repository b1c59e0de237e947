"""Take one part out of an application's files, as a careless editor might."""

import csv
import io
import json
from typing import Any

from lxml import etree

from engine.library.application import Application
from engine.library.bundle import MAIN, Bundle
from engine.library.yaml_text import read_yaml
from engine.queries.carriers import Part

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
LISTED = {"phase": ("phases", "key"), "document": ("documents", "id")}
KEYED = {
    "deadline": "deadlines",
    "setting": "settings",
    "role": "roles",
    "register": "registers",
}


def without(bundle: Bundle, application: Application, part: Part) -> Bundle:
    """Give BUNDLE without PART; of a node, what led to it leads on to what came next."""
    remove = _HOW[part.kind]
    return remove(bundle, application, part)


def _file(bundle: Bundle, application: Application, part: Part) -> Bundle:
    del application
    return bundle.replacing({part.file: None})


def _element(bundle: Bundle, application: Application, part: Part) -> Bundle:
    del application
    tree = etree.fromstring(bundle.files[part.file])
    node = _by_id(tree, part.part)
    flows = list(tree.iter(f"{BPMN}sequenceFlow"))
    out = [one for one in flows if one.get("sourceRef") == part.part]
    wanted = node.get("default")
    out.sort(key=lambda one: one.get("id") != wanted)
    onward = out[0].get("targetRef") if out else None
    gone = {part.part, *(str(one.get("id")) for one in out)}
    for flow in flows:
        if flow.get("targetRef") == part.part and onward is None:
            gone.add(str(flow.get("id")))
        elif flow.get("targetRef") == part.part:
            flow.set("targetRef", str(onward))
            if onward is not None:
                etree.SubElement(_by_id(tree, onward), f"{BPMN}incoming").text = flow.get("id")
    guests = tree.xpath("//*[@attachedToRef=$node]", node=part.part)
    gone |= {str(one.get("id")) for one in guests}
    gone |= {str(f.get("id")) for f in flows if f.get("sourceRef") in gone}
    for one in list(tree.iter()):
        if _names(one, gone) and one.getparent() is not None:
            one.getparent().remove(one)
    data = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
    return bundle.replacing({part.file: data})


def _names(one: Any, gone: set[str]) -> bool:
    if not isinstance(one.tag, str):
        return False
    if {one.get("id"), one.get("bpmnElement")} & gone:
        return True
    kind = one.tag.rsplit("}", 1)[-1]
    return kind in ("flowNodeRef", "incoming", "outgoing") and (one.text or "") in gone


def _by_id(tree: Any, key: str) -> Any:
    return next(one for one in tree.iter() if one.get("id") == key)


def _rule(bundle: Bundle, application: Application, part: Part) -> Bundle:
    del application
    tree = etree.fromstring(bundle.files[part.file])
    row = _by_id(tree, part.part)
    row.getparent().remove(row)
    data = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
    return bundle.replacing({part.file: data})


def _field(bundle: Bundle, application: Application, part: Part) -> Bundle:
    del application
    form = json.loads(bundle.files[part.file])
    holders = [form]
    while holders:
        holder = holders.pop()
        inside = holder.get("components") or []
        holder["components"] = [one for one in inside if one.get("key") != part.part]
        holders += [one for one in holder["components"] if one.get("components")]
    return bundle.replacing({part.file: json.dumps(form, ensure_ascii=False).encode()})


def _main(bundle: Bundle, application: Application, part: Part) -> Bundle:
    del application
    data: Any = read_yaml(bundle.files[MAIN])
    if part.kind in LISTED:
        name, key = LISTED[part.kind]
        data[name] = [one for one in data[name] if one[key] != part.holder]
    else:
        del data[KEYED[part.kind]][part.holder]
    return _yaml(bundle, MAIN, data)


def _campaign(bundle: Bundle, application: Application, part: Part) -> Bundle:
    del application, part
    data: Any = read_yaml(bundle.files[MAIN])
    del data["campaign"]
    return _yaml(bundle, MAIN, data)


def _column(bundle: Bundle, application: Application, part: Part) -> Bundle:
    del application
    data: Any = read_yaml(bundle.files[part.file])
    data["columns"] = [one for one in data["columns"] if one["key"] != part.part]
    data["filter"] = [one for one in data.get("filter") or [] if one != part.part]
    return _yaml(bundle, part.file, data)


def _yaml(bundle: Bundle, path: str, data: Any) -> Bundle:
    """Write DATA as JSON, which is YAML too."""
    text = json.dumps(data, ensure_ascii=False, default=str)
    return bundle.replacing({path: text.encode()})


def _row(bundle: Bundle, application: Application, part: Part) -> Bundle:
    register = application.registers[part.holder]
    rows = list(csv.DictReader(io.StringIO(bundle.files[part.file].decode("utf-8-sig"))))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(one for one in rows if one[register.key] != part.part)
    return bundle.replacing({part.file: out.getvalue().encode()})


_HOW: Any = {
    "process": _file,
    "form": _file,
    "ledger": _file,
    "metric": _file,
    "import": _file,
    "element": _element,
    "rule": _rule,
    "field": _field,
    "column": _column,
    "row": _row,
    "campaign": _campaign,
    "override": _file,
    **dict.fromkeys((*LISTED, *KEYED), _main),
}
