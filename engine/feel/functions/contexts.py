"""Functions on contexts."""

from engine.base.values import Value
from engine.feel.functions.text import scalar
from engine.feel.run import Run


def get_value(run: Run, context: dict[str, Value], key: Value) -> Value:
    """Give the entry KEY, or what a list of keys leads to; null when it is not there."""
    if type(key) is str:
        return context.get(key)
    found: Value = context
    run.charge(len(key))
    for step in key:
        if type(found) is not dict or type(step) is not str:
            return None
        found = found.get(step)
    return found


def get_entries(run: Run, context: dict[str, Value]) -> list[Value]:
    """Give the entries as a list of `{key, value}`."""
    run.charge(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


def context_of(run: Run, entries: list[Value]) -> Value:
    """Make a context of a list of `{key, value}`; a key may stand once."""
    run.charge(len(entries))
    found: dict[str, Value] = {}
    for entry in entries:
        key = entry.get("key") if type(entry) is dict else None
        if type(key) is not str or "value" not in entry or key in found:
            return run.warn("argument", "context 的每一项应为 {key, value} 且 key 不重复", 0)
        found[key] = entry["value"]
    return found


def put(run: Run, context: dict[str, Value], keys: Value, value: Value) -> Value:
    """Give the context with one entry set, also deep inside by a list of keys."""
    path = [keys] if type(keys) is str else keys
    if not path or any(type(key) is not str for key in path):
        return run.warn("argument", "context put 的键应为文本", 0)
    run.charge(len(path))
    found: dict[str, Value] = dict(context)
    here = found
    for key in path[:-1]:
        below = here.get(key)
        if below is not None and type(below) is not dict:
            return run.warn("argument", f"“{scalar(key) or key}”不是上下文", 0)
        run.charge(len(below or ()))
        here[key] = dict(below or {})
        here = here[key]
    here[path[-1]] = value
    return found


def merge(run: Run, contexts: list[Value]) -> Value:
    """Put contexts together; of equal keys the last counts."""
    found: dict[str, Value] = {}
    for context in contexts:
        if type(context) is not dict:
            return run.warn("argument", "context merge 只能合并上下文", 0)
        run.charge(len(context))
        found.update(context)
    return found
