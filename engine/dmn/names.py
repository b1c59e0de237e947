"""What an expression of a model may be called, and how references are resolved."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.dmn import model as m


@dataclass(frozen=True, slots=True)
class Place:
    """An element of one of the models: its KEY is `namespace#id`."""

    key: str
    model: m.Model
    element: m.InputData | m.Decision | m.Knowledge | m.Service


def key_of(model: m.Model, reference: str) -> str:
    """Give the key a reference of MODEL means: `#id` stands in its own namespace."""
    return f"{model.namespace}{reference}" if reference.startswith("#") else reference


def places(models: Mapping[str, m.Model]) -> tuple[dict[str, Place], list[Place]]:
    """Give all elements by key, and those whose key or id is taken already."""
    found: dict[str, Place] = {}
    twice: list[Place] = []
    ids: set[str] = set()
    for model in models.values():
        for group in (model.inputs, model.decisions, model.knowledge, model.services):
            for key, element in group.items():
                place = Place(f"{model.namespace}#{key}", model, element)
                taken = place.key in found
                if isinstance(element, m.Decision | m.Service):
                    taken = taken or key in ids
                    ids.add(key)
                if taken:
                    twice.append(place)
                else:
                    found[place.key] = place
    return found, twice


def prefix_of(model: m.Model, namespace: str) -> str | None:
    """Give the prefix under which MODEL sees NAMESPACE, "" for its own, None for none."""
    if namespace == model.namespace:
        return ""
    for prefix, imported in model.imports.items():
        if imported == namespace:
            return "" if prefix == namespace else prefix
    return None


def component_names(models: Mapping[str, m.Model]) -> frozenset[str]:
    """Give the component names of all item definitions, as names behind a dot."""
    found: set[str] = set()
    stack = [item for model in models.values() for item in model.items.values()]
    while stack:
        item = stack.pop()
        found.update(f".{part.name}" for part in item.components)
        stack.extend(item.components)
    return frozenset(found)
