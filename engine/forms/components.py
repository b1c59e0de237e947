"""One form-js component → one Field: keys, options, limits, our extras in `properties`."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import re2

from engine.base.errors import InvalidExpression
from engine.base.expressions import Expr
from engine.base.findings import Finding
from engine.base.values import Value
from engine.feel.compile import compile_expression
from engine.forms.checks import LEVELS
from engine.forms.fields import (
    CODED,
    COMPONENTS,
    TYPES,
    Coded,
    Field,
    FieldType,
    Files,
    Limits,
    Options,
    Rows,
    Rule,
    in_order,
)

_KEY = re.compile(r"[^\W\d]\w{0,63}")
# Presets of form-js (validate.validationType).
_PRESETS: Mapping[str, str] = {
    "email": r"^[^\s@]+@[^\s@]+\.[^\s@]+$",
    "phone": r"^\+?[0-9][0-9 ()-]{4,20}$",
}
_EXTRAS = ("task", "seat", "requirement", "description", "unitLabel")
_MAX_OPTIONS = 2_000  # designed
Source = Mapping[str, Any]


class Builder:
    """Builds fields of one FILE and collects findings; NAMES are all keys of the form."""

    def __init__(self, file: str, settings: Mapping[str, Value]) -> None:
        self.file = file
        self.constants = {"settings": settings} if settings else {}
        self.names: frozenset[str] = frozenset()
        self.findings: list[Finding] = []

    def report(self, element: str, code: str, text: str, repair: str) -> None:
        """Note an error at ELEMENT (a component id or key)."""
        self.findings.append(
            Finding(
                code, "error", self.file, element, element, text, f"{code}: {element}", repair
            )
        )

    def field(self, source: Source, hidden_by: Iterable[str] = ()) -> Field | None:
        """Build the field of the component SOURCE, or report why it cannot be."""
        key, label = self._names(source)
        if key is None:
            return None
        kind = self._kind(source, key)
        if kind is None:
            return None
        component = str(source.get("type") or "")
        validate = _mapping(source.get("validate"))
        default, default_expr = self._default(source, key)
        readonly = source.get("readonly", _extra(source, "readonly")) or source.get("disabled")
        return Field(
            key=key,
            label=label,
            type=kind,
            component=component,
            required=_yes(validate.get("required", source.get("required"))),
            readonly=readonly is True or readonly == "true",
            default=default,
            default_expr=default_expr,
            derived=self._derived(source, key),
            hidden_by=tuple(
                expr for text in hidden_by if (expr := self._feel(text, key, "隐藏条件"))
            ),
            locked_by=self._locked(readonly, key),
            required_if=self._feel(_extra(source, "requiredIf"), key, "必填条件"),
            check=self._feel(_extra(source, "check"), key, "校验规则"),
            message=str(_extra(source, "message") or ""),
            warn_if=self._feel(_extra(source, "warnIf"), key, "提醒条件"),
            warning=str(_extra(source, "warning") or ""),
            options=self._options(source, key, kind),
            limits=self._limits(source, key, validate),
            coded=self._coded(source, key, kind),
            files=self._files(source, key, kind),
            rows=self._rows(source, key, kind),
            vault=_yes(_extra(source, "vault")),
            ledger=self._once_typed(source, key, kind, "ledger"),
            ledger_states=tuple(_list(self._once_typed(source, key, kind, "ledgerStates"))),
            unique=self._feel(self._once_typed(source, key, kind, "unique"), key, "唯一范围"),
            extra={name: _extra(source, name) for name in _EXTRAS if _extra(source, name)},
        )

    def rule(self, source: Source, hidden_by: Iterable[str]) -> Rule | None:
        """Build the rule of a group or text, when it has one."""
        name = str(source.get("id") or "form")
        check = self._feel(_extra(source, "check"), name, "校验规则")
        if check is None:
            return None
        hidden = [self._feel(text, name, "隐藏条件") for text in hidden_by]
        return Rule(
            key=name,
            label=str(source.get("label") or name),
            check=check,
            message=str(_extra(source, "message") or ""),
            hidden_by=tuple(expr for expr in hidden if expr is not None),
        )

    def _names(self, source: Source) -> tuple[str | None, str]:
        key, where = source.get("key"), str(source.get("id") or source.get("key") or "")
        label = str(source.get("label") or source.get("dateLabel") or key or "")
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            text = f"“{label or where}”的字段标识“{key or ''}”无效"
            self.report(where, "form.key", text, "用字母、汉字、数字和下划线，不以数字开头")
            return None, label
        return key, label

    def _kind(self, source: Source, key: str) -> FieldType | None:
        component = str(source.get("type") or "string")
        kind = COMPONENTS.get(component) or TYPES.get(component)
        if component == "number" and source.get("decimalDigits") == 0:
            kind = "integer"
        if component == "datetime" and source.get("subtype") != "date":
            kind = "datetime" if source.get("subtype", "datetime") == "datetime" else None
        if component == "expression":
            kind = TYPES.get(str(_extra(source, "type") or "string"))
        if kind is None:
            text = f"“{source.get('label') or key}”的类型“{component}”不支持"
            if component == "datetime":
                text = f"“{source.get('label') or key}”：时间字段应为日期或日期时间"
            self.report(key, "form.unsupported", text, "换成支持的类型")
        return kind

    def _feel(self, text: Any, key: str, what: str) -> Expr | None:
        """Compile the FEEL TEXT of WHAT; spec mode, so that an empty field is no error."""
        if text is None or text == "":
            return None
        try:
            return compile_expression(
                str(text), names=self.names, mode="spec", constants=self.constants
            )
        except InvalidExpression as error:
            where = f"第 {error.column} 列：" if error.column else ""
            detail = f"字段“{key}”的{what}有误：{where}{error.message}"
            self.report(key, error.problem_code, detail, "改正表达式")
            return None

    def _derived(self, source: Source, key: str) -> Expr | None:
        computed = _extra(source, "computed")
        copied = _extra(source, "copied")
        if computed and copied:
            text = f"字段“{key}”同时写了 computed 和 copied"
            self.report(key, "form.derived", text, "保留一个")
        if source.get("type") == "expression":
            computed = computed or source.get("expression")
        return self._feel(computed or copied, key, "计算公式")

    def _locked(self, readonly: Any, key: str) -> Expr | None:
        feel = isinstance(readonly, str) and readonly.startswith("=")
        return self._feel(readonly, key, "只读条件") if feel else None

    def _default(self, source: Source, key: str) -> tuple[Value, Expr | None]:
        value = source.get("defaultValue", _extra(source, "defaultValue"))
        if isinstance(value, str) and value.startswith("="):
            return None, self._feel(value, key, "默认值")
        return _exact(value), None

    def _options(self, source: Source, key: str, kind: FieldType) -> Options | None:
        if kind not in ("choice", "choices"):
            return None
        listed = source.get("valuesExpression") or _extra(source, "valuesExpression")
        if listed:
            return Options(listed=self._feel(listed, key, "选项"))
        if source.get("valuesKey"):
            return Options(variable=str(source["valuesKey"]))
        given = source.get("values") or source.get("options") or []
        pairs = [_option(entry) for entry in given] if isinstance(given, list) else []
        values = [value for value, _ in pairs]
        if not values or len(values) > _MAX_OPTIONS or None in values:
            self.report(key, "form.options", f"字段“{key}”没有可用的选项", "填写选项的值和名称")
        if len({str(value) for value in values}) != len(values):
            self.report(key, "form.options", f"字段“{key}”的选项有重复的值", "改为不同的值")
        return Options(fixed=tuple(pairs))

    def _limits(self, source: Source, key: str, validate: Source) -> Limits:
        text = validate.get("pattern") or _PRESETS.get(str(validate.get("validationType")))
        low = self._limit(validate.get("min", source.get("min")), key, "最小值")
        high = self._limit(validate.get("max", source.get("max")), key, "最大值")
        if source.get("type") == "evidence":
            low = high = None  # there they count files
        digits = source.get("decimalDigits")
        short = self._limit(validate.get("minLength"), key, "最少字数")
        long = self._limit(validate.get("maxLength"), key, "最多字数")
        for less, more in ((low, high), (short, long)):
            numbers = isinstance(less, (int, Decimal)) and isinstance(more, (int, Decimal))
            if numbers and less > more:
                self.report(key, "form.limits", f"字段“{key}”的下限大于上限", "改正上下限")
        return Limits(
            minimum=low,
            maximum=high,
            min_length=short,
            max_length=long,
            decimals=digits if isinstance(digits, int) else None,
            pattern=self._pattern(text, key),
            pattern_text=str(text or ""),
        )

    def _limit(self, value: Any, key: str, what: str) -> Any:
        if isinstance(value, str) and value.startswith("="):
            return self._feel(value, key, what)
        if value is None or value == "":
            return None
        try:
            return _exact(Decimal(str(value)))
        except InvalidOperation:
            self.report(key, "form.limits", f"字段“{key}”的{what}“{value}”不是数值", "改正数值")
            return None

    def _pattern(self, text: Any, key: str) -> Any:
        if not text:
            return None
        options = re2.Options()
        options.log_errors = False
        try:
            return re2.compile(str(text), options)
        except re2.error:
            what = f"字段“{key}”的格式“{text}”不能使用"
            self.report(key, "form.pattern", what, "不要用反向引用和环视，检查括号")
            return None

    def _coded(self, source: Source, key: str, kind: FieldType) -> Coded:
        if kind not in CODED:
            return Coded()
        register = str(source.get("register") or _extra(source, "register") or "")
        if kind == "reference" and not register:
            self.report(key, "form.register", f"字段“{key}”没有指定登记表", "填写 register")
        level = str(source.get("minLevel") or _extra(source, "minLevel") or "")
        if level and level not in LEVELS:
            text = f"字段“{key}”的级别“{level}”无效"
            self.report(key, "form.level", text, f"改为 {'、'.join(LEVELS)} 之一")
        roles = source.get("roleGroups") or _extra(source, "roleGroups") or []
        return Coded(
            register=register,
            multiple=_yes(source.get("multiple", _extra(source, "multiple"))),
            root=str(source.get("rootCode") or _extra(source, "rootCode") or ""),
            min_level=level,
            roles=tuple(_list(roles)),
            level=str(source.get("level") or _extra(source, "level") or ""),
        )

    def _once_typed(self, source: Source, key: str, kind: FieldType, name: str) -> str:
        """Give the extra NAME, which only a plain text of one line may have."""
        found = str(_extra(source, name) or "")
        if found and (kind != "string" or _yes(_extra(source, "vault"))):
            text = f"字段“{key}”不能有 {name}：只有单行文本可以，保密字段不可以"
            self.report(key, f"form.{name}", text, "改为单行文本字段")
        return found

    def _files(self, source: Source, key: str, kind: FieldType) -> Files:
        if kind != "files":
            return Files()
        least = {"minimum": "min", "maximum": "max", "max_size": "maxSize"}
        numbers = {
            name: self._count(source.get(word, _extra(source, word)), key)
            for name, word in least.items()
        }
        given = source.get("codes") or source.get("items") or _extra(source, "codes") or []
        entries = given if isinstance(given, list) else _list(given)
        codes = {
            str(e.get("code") if isinstance(e, Mapping) else e): (
                self._count(e.get("min"), key) or 0 if isinstance(e, Mapping) else 0
            )
            for e in entries
        }
        media = tuple(_list(source.get("media") or _extra(source, "media") or []))
        given_numbers = {name: count for name, count in numbers.items() if count is not None}
        is_open = _yes(_extra(source, "otherCodes"))
        return Files(codes=codes, media=media, open=is_open, **given_numbers)

    def _rows(self, source: Source, key: str, kind: FieldType) -> Rows:
        if kind != "table":
            return Rows()
        given = source.get("columns")
        listed = given if isinstance(given, list) else []
        entries = [column for column in listed if isinstance(column, Mapping)]
        if not entries:
            self.report(key, "form.columns", f"明细表“{key}”没有列", "填写 columns")
            return Rows()
        outer = self.names
        self.names = outer | {str(column.get("key")) for column in entries}
        columns = tuple(one for column in entries if (one := self.field(column)) is not None)
        self.names = outer
        if any(column.type in ("table", "files", "signoff") for column in columns):
            text = f"明细表“{key}”的列不能是明细表、附件或签名"
            self.report(key, "form.columns", text, "换成其他类型")
        if len({column.key for column in columns}) != len(columns):
            self.report(key, "form.columns", f"明细表“{key}”有重复的列", "改为不同的列标识")
        order, circle = in_order(columns)
        if circle:
            text = f"明细表“{key}”的列 {'、'.join(circle)} 互相依赖"
            self.report(key, "form.cycle", text, "去掉其中一处引用")
        validate = _mapping(source.get("validate"))
        maximum = self._count(source.get("maxRows", _extra(source, "maxRows")), key)
        return Rows(
            columns=columns,
            order=order,
            minimum=self._count(source.get("minRows", validate.get("minRows")), key) or 0,
            maximum=Rows().maximum if maximum is None else maximum,
            source=str(_extra(source, "rowsFrom") or source.get("rowsFrom") or ""),
            filter=self._feel(_extra(source, "rowsFilter"), key, "行筛选条件"),
        )

    def _count(self, value: Any, key: str) -> int | None:
        if value is None or value == "":
            return None
        text = str(value)
        if not text.isdecimal():
            self.report(key, "form.limits", f"字段“{key}”的数量“{text}”不是整数", "改为整数")
            return None
        return int(text)


def _extra(source: Source, name: str) -> Any:
    return _mapping(source.get("properties")).get(name)


def _mapping(value: Any) -> Source:
    return value if isinstance(value, Mapping) else {}


def _yes(value: Any) -> bool:
    return value is True or value == "true"


def _list(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else str(value).split(",")
    return [str(part).strip() for part in parts if str(part).strip()]


def _option(entry: Any) -> tuple[Value, str]:
    if isinstance(entry, Mapping):
        value = _exact(entry.get("value"))
        return value, str(entry.get("label") or value)
    return _exact(entry), str(entry)


def _exact(value: Any) -> Value:
    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    return value
