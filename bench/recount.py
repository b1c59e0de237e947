"""Counts the year-end figures a second time, from the history lines alone, and compares.

    python bench/recount.py year.db [--json FILE]

A program by itself: standard library and SQL, nothing of the engine. It reads table `history`
of an SQLite database (what `./shouhu simulate … --keep year.db` leaves, or a working copy),
follows every problem from event to event, counts M-1, M-2, M-3 and the lists of each frozen
year by the words of requirements section 10, and compares problem by problem with what was
frozen (table `snapshot`). It says what differs and ends with 1; nothing differs: 0.
"""

import argparse
import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

PROBLEM = "jx_audit"  # process of a problem
LEDGER = "problem"  # its rows in a frozen report
LISTED, COMPLETED, CLOSED, FILED = "已列入清单", "整改完成", "已销号", "已备案"
EXCLUDED = "剔除"
BACK = {"整改中", "反弹重开"}  # work begins again: neither completed nor closed any more
OUT, WITHIN, HIT = 0, 1, 2  # marks of a frozen row
TITLES = {
    "M-1": "整改完成率",
    "M-2": "销号率",
    "M-3": "备案率",
    "N-1": "未完成上报清单",
    "N-2": "剔除",
    "N-3": "本年以后到期的遥感点位",
    "N-4": "上年结转",
}
Sets = tuple[frozenset[str], frozenset[str]]  # numbers that count, numbers that are done


@dataclass
class Problem:
    """One problem on its way through the events."""

    listed: bool = False
    completed: bool = False
    closed: bool = False
    filed: bool = False
    excluded: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

    def enter(self, state: str) -> None:
        """Take in that the case entered STATE."""
        if state in BACK:
            self.completed = self.closed = self.filed = False
        self.listed |= state == LISTED
        self.completed |= state == COMPLETED
        self.closed |= state == CLOSED
        self.filed |= state == FILED
        self.excluded |= state == EXCLUDED

    def take(self, kind: str, detail: dict[str, Any]) -> None:
        """Take in one line of the history."""
        if kind == "NodeEntered" and detail.get("state"):
            self.enter(detail["state"])
        elif kind == "VariablesWritten":
            self.facts.update(detail["patch"])

    @property
    def number(self) -> str:
        """Give the number of the case."""
        return str(self.facts.get("case_number"))

    @property
    def city(self) -> str:
        """Give the city the point lies in."""
        return str(self.facts.get("county_code"))[:4] + "00"

    def counts_in(self) -> int:
        """Give the year whose rate it counts in: a remote-sensing point's by its limit.

        What was unfinished at the freeze and is closed later counts when it is closed.
        """
        return max(self.due_in(), self.closed_in())

    def due_in(self) -> int:
        """Give the year in which it has to be done."""
        year = int(self.facts.get("year") or 0)
        limit = self.facts.get("list_due")
        if self.facts.get("remote_sensing") is True and limit:
            return max(year, date.fromisoformat(limit["$date"]).year)
        return year

    def closed_in(self) -> int:
        """Give the year in which it was closed, 0 while it is not."""
        day = self.facts.get("closed_on")
        return date.fromisoformat(day["$date"]).year if day else 0

    def part(self, year: int) -> dict[str, int]:
        """Give its mark in every figure of YEAR."""
        marks = dict.fromkeys(TITLES, OUT)
        if self.excluded:
            marks["N-2"] = WITHIN if self.facts.get("year") == year else OUT
            return marks
        if not self.listed:
            return marks
        if self.counts_in() > year:
            marks["N-3"] = WITHIN
        if self.counts_in() != year:
            return marks
        marks["M-1"] = HIT if self.completed else WITHIN
        marks["M-2"] = HIT if self.closed else WITHIN
        if self.closed:
            marks["M-3"] = HIT if self.filed else WITHIN
        else:
            marks["N-1"] = WITHIN
        if self.facts.get("carried_over") is True or self.closed_in() > self.due_in():
            marks["N-4"] = HIT if self.closed else WITHIN
        return marks


@dataclass
class Year:
    """The marks of one year: by figure, by number of the problem; and the city of each."""

    year: int
    until: int  # microseconds; lines at it or later do not count
    marks: dict[str, dict[str, int]] = field(default_factory=dict)
    city: dict[str, str] = field(default_factory=dict)

    def note(self, number: str, city: str, marks: dict[str, int]) -> None:
        """Note the MARKS of one problem."""
        self.city[number] = city
        for name, mark in marks.items():
            if mark != OUT and name in TITLES:
                self.marks.setdefault(name, {})[number] = mark

    def figure(self, name: str, city: str = "") -> tuple[int, int]:
        """Give numerator and denominator of figure NAME, of all or of one city."""
        found = self.marks.get(name, {})
        mine = [mark for number, mark in found.items() if city in ("", self.city[number])]
        return sum(mark == HIT for mark in mine), len(mine)


def frozen(conn: sqlite3.Connection) -> list[Year]:
    """Read what was frozen, the newest of every year."""
    found: dict[int, Year] = {}
    query = "SELECT year, as_of, rows FROM snapshot ORDER BY id"
    for number, until, rows in conn.execute(query):
        year = Year(number, until)
        for row in json.loads(rows).get(LEDGER, ()):
            values = row["values"]
            year.note(values["problem_no"], values["city"], row["marks"])
        found[number] = year
    return [found[number] for number in sorted(found)]


def problems(conn: sqlite3.Connection) -> Iterator[Iterable[tuple[int, str, str]]]:
    """Give the lines (at, kind, detail) of one problem after the other."""
    query = """SELECT root_id, at, kind, detail FROM history WHERE root_id IN
        (SELECT root_id FROM history WHERE no = 1 AND json_extract(detail, '$.key') = ?)
        AND kind IN ('NodeEntered', 'VariablesWritten') ORDER BY root_id, no"""
    for _, lines in groupby(conn.execute(query, (PROBLEM,)), key=lambda line: line[0]):
        yield ((at, kind, detail) for _, at, kind, detail in lines)


def recount(conn: sqlite3.Connection, moments: list[tuple[int, int]]) -> list[Year]:
    """Count again: MOMENTS are (year, its end), in order."""
    years = [Year(*moment) for moment in moments]
    for lines in problems(conn):
        problem, coming = Problem(), list(years)
        for at, kind, detail in lines:
            while coming and at >= coming[0].until:
                _note(coming.pop(0), problem)
            problem.take(kind, json.loads(detail))
        for year in coming:
            _note(year, problem)
    return years


def _note(year: Year, problem: Problem) -> None:
    if problem.facts:
        year.note(problem.number, problem.city, problem.part(year.year))


def differences(counted: Year, kept: Year) -> list[str]:
    """Say problem by problem where COUNTED and KEPT differ."""
    words = {OUT: "不计", WITHIN: "计入", HIT: "计入且完成"}
    found = []
    for name in TITLES:
        mine, theirs = counted.marks.get(name, {}), kept.marks.get(name, {})
        for number in sorted(mine.keys() | theirs.keys()):
            one, two = mine.get(number, OUT), theirs.get(number, OUT)
            if one != two:
                told = f"核算{words[one]}，冻结{words[two]}"
                found.append(f"{counted.year} {name} {number}：{told}")
            elif counted.city[number] != kept.city[number]:
                told = f"核算属{counted.city[number]}，冻结属{kept.city[number]}"
                found.append(f"{counted.year} {name} {number}：{told}")
    return found


def table(counted: Year, kept: Year) -> dict[str, Any]:
    """Give the figures of both side by side, whole and by city."""
    cities = sorted({*counted.city.values(), *kept.city.values()})
    return {
        name: {
            "recounted": counted.figure(name),
            "frozen": kept.figure(name),
            "cities": {city: counted.figure(name, city) for city in cities},
        }
        for name in TITLES
    }


def main(argv: list[str] | None = None) -> int:
    """Count, compare, tell."""
    parser = argparse.ArgumentParser(description="年终数据独立核算：只读历史，与冻结数据比对")
    parser.add_argument("database", help="SQLite 数据库文件")
    parser.add_argument("--json", metavar="FILE", help="写成 JSON")
    args = parser.parse_args(argv)
    place = Path(args.database).resolve()
    if not place.is_file():
        print(f"没有文件 {place}。", file=sys.stderr)
        return 2
    conn = sqlite3.connect(f"{place.as_uri()}?mode=ro", uri=True)
    kept = frozen(conn)
    counted = recount(conn, [(year.year, year.until) for year in kept])
    conn.close()
    told: dict[str, Any] = {"years": {}, "differences": []}
    for mine, theirs in zip(counted, kept, strict=True):
        told["years"][mine.year] = table(mine, theirs)
        told["differences"] += differences(mine, theirs)
        print(f"{mine.year} 年　{len(mine.city)} 个问题")
        for name, title in TITLES.items():
            (hits, within), (held, of) = mine.figure(name), theirs.figure(name)
            print(f"  {name} {title}：核算 {hits} ÷ {within}，冻结 {held} ÷ {of}")
    if args.json:
        Path(args.json).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    for line in told["differences"]:
        print(line)
    print("没有冻结的年度" if not kept else f"不一致 {len(told['differences'])} 处")
    return 1 if told["differences"] or not kept else 0


if __name__ == "__main__":
    sys.exit(main())
