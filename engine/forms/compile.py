"""form-js JSON → FormSchema at deployment, with a finding for everything not understood."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.base.findings import Finding, has_errors
from engine.forms.components import Builder
from engine.forms.fields import COMPONENTS, STATIC, Field, Rule, in_order
from engine.forms.protected import protected
from engine.forms.schema import FormSchema

MAX_BYTES = 1_000_000  # designed
MAX_COMPONENTS = 1_000  # designed
REFUSED: Mapping[str, str] = {
    "html": "改用“文本”",
    "iframe": "删去，外部页面不能嵌入",
    "button": "删去，提交按钮由任务的办理结果决定",
    "image": "改用“文本”或佐证材料",
    "filepicker": "改用“佐证材料”（evidence）",
    "dynamiclist": "改用“明细表”（grid）",
    "table": "改用“明细表”（grid）",
    "documentPreview": "改用“佐证材料”（evidence）",
    "geoPoint": "改用两个数值字段（经度、纬度）",
    "amount": "改用数值字段",
    "creditCode": "改用单行文本并设置格式",
    "idCard": "改用单行文本并设置格式",
}


def compile_form(
    data: bytes | Mapping[str, Any], file: str, settings: Mapping[str, Any] | None = None
) -> tuple[FormSchema | None, tuple[Finding, ...]]:
    """Compile the form DATA of FILE; the schema is None when a finding is an error.

    SETTINGS are readable in expressions as settings.<name>. Never raises on bad input.
    """
    builder = Builder(file, dict(settings or {}))
    form = _document(data, builder)
    if form is None:
        return None, tuple(builder.findings)
    name = form.get("id")
    if not isinstance(name, str) or not name:
        builder.report("", "form.id", "表单缺少编号（id）", "补上 id，与文件名相同")
    elif file.endswith(".json") and file.rsplit("/", 1)[-1] != f"{name}.json":
        builder.report("", "form.id", f"表单编号“{name}”与文件名不同", "改为文件名")
    placed = list(_components(form, builder))
    builder.names = frozenset(str(c.get("key")) for c, _ in placed if c.get("key"))
    fields, rules = _built(placed, builder)
    order, circle = in_order(fields)
    if circle:
        keys = "、".join(circle)
        text = f"字段 {keys} 互相依赖，无法计算"
        builder.report(circle[0], "form.cycle", text, "去掉其中一处引用")
    vaulted = protected(fields, builder)
    findings = tuple(builder.findings)
    if has_errors(findings):
        return None, findings
    by_key = {one.key: one for one in fields}
    title = str(form.get("title") or name)
    said = form.get("properties")
    paper = not isinstance(said, Mapping) or said.get("paper") not in (False, "false")
    made = FormSchema(str(name), title, fields, order, rules, vaulted, by_key, paper)
    return made, findings


def _document(data: bytes | Mapping[str, Any], builder: Builder) -> Mapping[str, Any] | None:
    found: Any = data
    if isinstance(data, bytes):
        if len(data) > MAX_BYTES:
            size = MAX_BYTES // 1_000_000
            builder.report("", "form.json", f"表单文件超过 {size} MB", "拆分表单")
            return None
        try:
            found = json.loads(data)
            # Halves of characters are no text: no page and no database could keep them.
            json.dumps(found, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            builder.report("", "form.json", "文件不是有效的 JSON", "用表单编辑器重新保存")
            return None
    if not isinstance(found, Mapping) or not isinstance(found.get("components"), list):
        text = "文件不是表单（缺少 components）"
        builder.report("", "form.json", text, "用表单编辑器重新保存")
        return None
    return found


def _components(
    form: Mapping[str, Any], builder: Builder
) -> Iterator[tuple[Mapping[str, Any], tuple[str, ...]]]:
    """Walk the components in page order, groups opened, with the conditions around them."""
    stack: list[tuple[Any, tuple[str, ...]]] = [(c, ()) for c in reversed(form["components"])]
    count = 0
    while stack:
        component, around = stack.pop()
        count += 1
        if not isinstance(component, Mapping) or count > MAX_COMPONENTS:
            text = "组件写法有误" if count <= MAX_COMPONENTS else "组件过多"
            builder.report("", "form.component", text, "用表单编辑器重新保存")
            return
        conditional = component.get("conditional")
        hide = conditional.get("hide") if isinstance(conditional, Mapping) else None
        hidden_by = (*around, hide) if hide else around
        yield component, hidden_by
        if component.get("type") == "group":
            inside = component.get("components")
            listed = inside if isinstance(inside, list) else []
            stack.extend((c, hidden_by) for c in reversed(listed))


def _built(
    placed: list[tuple[Mapping[str, Any], tuple[str, ...]]], builder: Builder
) -> tuple[tuple[Field, ...], tuple[Rule, ...]]:
    fields: dict[str, Field] = {}
    rules: list[Rule] = []
    for component, hidden_by in placed:
        kind = str(component.get("type") or "")
        if kind in STATIC or kind == "group":
            rule = builder.rule(component, hidden_by)
            rules += [rule] if rule else []
        elif kind not in COMPONENTS:
            where = str(component.get("id") or "")
            repair = REFUSED.get(kind, "换成支持的组件")
            text = f"不支持的组件“{kind}”（{component.get('label') or where}）"
            builder.report(where, "form.unsupported", text, repair)
        else:
            _put(fields, builder.field(component, hidden_by), builder)
    return tuple(fields.values()), tuple(rules)


def _put(fields: dict[str, Field], one: Field | None, builder: Builder) -> None:
    if one is None:
        return
    if one.key in fields:
        text = f"字段标识“{one.key}”重复（{fields[one.key].label}、{one.label}）"
        builder.report(one.key, "form.duplicate", text, "改为不同的字段标识")
        return
    fields[one.key] = one
