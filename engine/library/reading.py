"""Reading an application's files with findings instead of exceptions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.base.findings import Finding

_NAMES: Mapping[type, str] = {
    str: "文字",
    int: "整数",
    bool: "true 或 false",
    dict: "键值对",
    list: "列表",
}
DURATION = re.compile(r"P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?")
MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
MONTH_END = "month-end"
DUE_DATE = re.compile(rf"{MONTH_DAY.pattern}|{MONTH_END}")


@dataclass
class Reader:
    """Collects the findings of one FILE while its data are taken apart."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def report(
        self,
        where: str,
        text: str,
        repair: str = "",
        *,
        code: str = "app.value",
        severity: Literal["error", "warning", "note"] = "error",
    ) -> None:
        """Note that WHERE (a dotted key, or a row) is wrong, and what to change."""
        self.findings.append(
            Finding(
                code=code,
                severity=severity,
                file=self.file,
                element=where,
                name=where,
                zh=f"{where}：{text}" if where else text,
                en=f"{code} at {where or self.file}",
                repair=repair,
            )
        )

    def need(self, data: Mapping[str, Any], key: str, kind: type, where: str = "") -> Any:
        """Give DATA[key] when it is a KIND; report when missing or of another kind."""
        name = f"{where}.{key}" if where else key
        if data.get(key) is None or data.get(key) == "":
            self.report(name, "缺少此项", f"补上“{key}”", code="app.missing")
            return None
        return self._typed(data[key], kind, name)

    def may(self, data: Mapping[str, Any], key: str, kind: type, where: str = "") -> Any:
        """Give DATA[key] or None; report when it is there and not a KIND."""
        if data.get(key) is None:
            return None
        return self._typed(data[key], kind, f"{where}.{key}" if where else key)

    def word(
        self, data: Mapping[str, Any], key: str, words: Sequence[str], where: str
    ) -> str | None:
        """Give DATA[key], one of WORDS, or None when absent."""
        value = data.get(key)
        if value is None or value in words:
            return value
        name = f"{where}.{key}" if where else key
        self.report(name, f"“{value}”无效", f"改为 {'、'.join(words)} 之一")
        return None

    def match(
        self, data: Mapping[str, Any], key: str, pattern: re.Pattern[str], where: str
    ) -> None:
        """Report when DATA[key] is there and does not match PATTERN as a whole."""
        value = data.get(key)
        if value is not None and not (isinstance(value, str) and pattern.fullmatch(value)):
            day = '写成 "MM-DD" 并加引号，例如 "07-31"'
            hint = {
                MONTH_DAY: day,
                DURATION: "写成 P2D",
                DUE_DATE: f"{day}，或写 {MONTH_END}（当月月末）",
            }
            self.report(f"{where}.{key}", f"“{value}”格式不对", hint.get(pattern, "改正格式"))

    def known(self, data: Mapping[str, Any], keys: frozenset[str], where: str = "") -> None:
        """Warn of keys of DATA that mean nothing."""
        for key in data:
            if key not in keys:
                name = f"{where}.{key}" if where else str(key)
                self.report(
                    name,
                    "不认识此项，不会起作用",
                    f"删去，或改为 {'、'.join(sorted(keys))} 之一",
                    code="app.unknown",
                    severity="warning",
                )

    def section(self, data: Mapping[str, Any], key: str) -> dict[str, dict[str, Any]]:
        """Give DATA[key], a mapping of names to mappings; others are reported, left out."""
        found: dict[str, dict[str, Any]] = {}
        for name, entry in (self.may(data, key, dict) or {}).items():
            if self._typed(name, str, f"{key}.{name}") is None:
                continue
            if self._typed(entry, dict, f"{key}.{name}") is not None:
                found[name] = entry
        return found

    def entries(
        self, data: Mapping[str, Any], key: str, where: str = ""
    ) -> list[dict[str, Any]]:
        """Give DATA[key], a list of mappings; others are reported and left out."""
        name = f"{where}.{key}" if where else key
        rows = self.may(data, key, list, where) or []
        return [
            row
            for index, row in enumerate(rows, 1)
            if self._typed(row, dict, f"{name}[{index}]") is not None
        ]

    def _typed(self, value: Any, kind: type, name: str) -> Any:
        wrong = not isinstance(value, kind) or (kind is int and isinstance(value, bool))
        if wrong:
            self.report(name, f"应为{_NAMES[kind]}", "改正写法；文字请加引号")
            return None
        return value
