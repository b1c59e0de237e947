"""YAML text → plain data: safe loader, no duplicate keys, no aliases, no floats."""

from collections.abc import Hashable
from decimal import Decimal
from typing import Any, ClassVar

import yaml

from engine.base.errors import InvalidRequest

MAX_BYTES = 2_000_000  # designed
MAX_DEPTH = 24  # designed; an application file needs about six

# The parser in C, where PyYAML was built with it (its wheels are), is ten times as fast.
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _decimal(made: yaml.constructor.SafeConstructor, node: yaml.ScalarNode) -> Decimal:
    text = str(made.construct_scalar(node)).replace("_", "")
    number = Decimal(text) if text.strip("+-.0123456789eE") == "" else Decimal("NaN")
    if not number.is_finite():
        line = node.start_mark.line + 1
        raise _bad(f"第 {line} 行：“{text}”不是有效数值。", line)
    return number


class _Constructor(yaml.constructor.SafeConstructor):
    """The safe one, with exact numbers and without silent duplicate keys."""

    yaml_constructors: ClassVar[dict[str | None, Any]] = {
        **yaml.constructor.SafeConstructor.yaml_constructors,
        "tag:yaml.org,2002:float": _decimal,
    }

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, Any]:
        """Refuse a key that stands twice in one mapping."""
        seen: set[object] = set()
        for key, _ in node.value:
            text = getattr(key, "value", None)
            if isinstance(text, str):
                if text in seen:
                    line = key.start_mark.line + 1
                    raise _bad(f"第 {line} 行：键“{text}”重复，请删去一个。", line)
                seen.add(text)
        return super().construct_mapping(node, deep=deep)


def read_yaml(data: bytes) -> Any:
    """Read DATA (UTF-8) or raise InvalidRequest with the line, in Chinese."""
    if len(data) > MAX_BYTES:
        raise _bad(f"文件超过 {MAX_BYTES // 1_000_000} MB。")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad("文件不是 UTF-8 编码，请另存为 UTF-8。") from error
    try:
        _guard(text)
        tree = yaml.compose(text, _PARSER)
        return None if tree is None else _Constructor().construct_document(tree)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _bad(f"第 {line} 行：格式有误，请检查缩进、冒号和引号。", line) from error
    except (yaml.YAMLError, ArithmeticError, ValueError) as error:
        raise _bad("格式有误，请检查数值、日期和特殊字符。") from error


def _guard(text: str) -> None:
    # Walks the events, not the tree: depth and aliases are refused before anything is built.
    depth = 0
    for event in yaml.parse(text, _PARSER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            raise _bad(f"第 {line} 行：不支持别名（*），请写出内容。", line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _bad(f"第 {line} 行：嵌套超过 {MAX_DEPTH} 层。", line)


def _bad(text: str, line: int = 0) -> InvalidRequest:
    return InvalidRequest(text, code="yaml.syntax", line=line)


class _Dumper(yaml.SafeDumper):
    """Writes numbers as they were read: exact."""


def _exact(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:float", str(value))


_Dumper.add_representer(Decimal, _exact)


def write_yaml(value: Any) -> str:
    """Write VALUE as YAML that `read_yaml` reads back; keys keep their order."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=96)
