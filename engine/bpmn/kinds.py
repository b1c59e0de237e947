"""Which FEEL types the variables of forms have, as far as nothing else writes them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.bpmn.deploy import DeployEnv
from engine.bpmn.model import File
from engine.bpmn.names import declared_by

_FEEL: Mapping[str, str] = {
    "string": "string",
    "text": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "date and time",
}


def field_kinds(files: Iterable[File], env: DeployEnv) -> dict[str, str]:
    """Give variable -> FEEL type for fields all forms declare alike.

    Names that scripts, mappings, loops or data objects write too may hold anything.
    """
    found: dict[str, set[str]] = {}
    for fields in env.forms.values():
        for name, kind in fields.items():
            found.setdefault(name, set()).add(_FEEL.get(kind, ""))
    bare = replace(env, forms={})
    for file in files:
        for process in file.processes:
            for element in process.element.walk():
                others = list(declared_by(element, file, bare))
                others.extend(one.attrs.get("target", "") for one in element.vendor("in"))
                for name in others:
                    found.pop(name, None)
    return {name: kind for name, (kind, *more) in found.items() if kind and not more}
