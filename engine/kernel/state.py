"""The state document and its draft: a step changes private copies of what it touches only.

{"f": 1, "plan": digest, "status": …, "seq": 118, "depth": 0, "started": moment, "bytes": n,
 "scopes": {"s1": {"at": scope index, "up": "s0"|None, "token": owner token|None,
                   "vars": {...}, "tokens": {"t9": {...}}, "bytes": n,
                   "joins": {"<node>": {"<flow>": count}}, "waits": [event sub-process waits],
                   "runs": [scopes of event sub-process runs], "esp": node of the run,
                   "item": number of the multi-instance item, "pm": {"<node>": [definitions]},
                   "cycle": incident of the scope itself: joins waiting for each other}},
 "waits": {"w7": {"k": kind, "s": scope, "t": token|None, "n": node, "d": definition,
                  "r": role: c catch, b boundary, e event sub-process, g gateway, a activity}},
 "idx": {"sig/<name>": [waits], "var/<name>": [waits], "clock": [waits]},
 "incidents": {"i3": {"code", "n": node, "s": scope, "t": token|None, "ph": phase}}}

Token: {"n": node, "via": flow, "waits": [...], "scope": body scope, "mi": {...}, "lap": n,
"held": incident, "vars": activity locals, "pm": {"<node>": [definitions occurred]},
"back": node a direct return leads to, "q": in|lap while queued, "yield"/"again": 1}.
Empty parts are absent, so the size tells only what is live. Ids are a letter and `seq`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeAlias

from engine.kernel.step import State

FORMAT = 1
Record: TypeAlias = dict[str, Any]


def fresh(digest: str, started: datetime, depth: int) -> State:
    """Give the document of an instance that has nothing yet."""
    return {
        "f": FORMAT,
        "plan": digest,
        "status": "active",
        "seq": 0,
        "depth": depth,
        "started": started,
        "bytes": 0,
        "scopes": {},
        "waits": {},
        "idx": {},
        "incidents": {},
    }


def number(ident: str) -> int:
    """Give the number of an id, by which everything is ordered."""
    return int(ident[1:])


def ordered(idents: Iterable[str]) -> list[str]:
    """Sort ids by their number."""
    return sorted(idents, key=number)


class Draft:
    """A state being changed: copies on first write, the base is never touched."""

    def __init__(self, base: State) -> None:
        self.doc: State = dict(base)
        self._own: set[tuple[str, ...]] = set()

    def new(self, letter: str) -> str:
        """Give the next id."""
        self.doc["seq"] += 1
        return f"{letter}{self.doc['seq']}"

    def section(self, name: str) -> Record:
        """Give a top-level map for writing."""
        if (name,) not in self._own:
            self._own.add((name,))
            self.doc[name] = dict(self.doc[name])
        section: Record = self.doc[name]
        return section

    def has_token(self, sid: str, tid: str) -> bool:
        """Tell whether the token is still there."""
        scope = self.doc["scopes"].get(sid)
        return scope is not None and tid in scope["tokens"]

    def scope(self, sid: str) -> Record:
        """Give a scope for reading."""
        scope: Record = self.doc["scopes"][sid]
        return scope

    def edit_scope(self, sid: str) -> Record:
        """Give a scope for writing; its nested maps through `part` only."""
        return self._record("scopes", sid)

    def part(self, sid: str, name: str) -> Record:
        """Give a nested map of a scope (vars, tokens, joins) for writing."""
        key = ("scopes", sid, name)
        scope = self.edit_scope(sid)
        if key not in self._own or name not in scope:
            self._own.add(key)
            scope[name] = dict(scope.get(name, ()))
        part: Record = scope[name]
        return part

    def token(self, sid: str, tid: str) -> Record:
        """Give a token for reading."""
        token: Record = self.doc["scopes"][sid]["tokens"][tid]
        return token

    def edit_token(self, sid: str, tid: str) -> Record:
        """Give a token for writing; its nested values are replaced, never changed."""
        key = ("tokens", tid)
        if key not in self._own:
            tokens = self.part(sid, "tokens")
            self._own.add(key)
            tokens[tid] = dict(tokens[tid])
        token: Record = self.doc["scopes"][sid]["tokens"][tid]
        return token

    def edit_wait(self, wid: str) -> Record:
        """Give a wait for writing."""
        return self._record("waits", wid)

    def _record(self, section: str, ident: str) -> Record:
        key = (section, ident)
        records = self.section(section)
        if key not in self._own:
            self._own.add(key)
            records[ident] = dict(records[ident])
        record: Record = records[ident]
        return record

    def index(self, key: str, wid: str) -> None:
        """Enter a wait under KEY."""
        idx = self.section("idx")
        idx[key] = [*idx.get(key, ()), wid]

    def unindex(self, key: str, wid: str) -> None:
        """Take a wait out from under KEY."""
        idx = self.section("idx")
        left = [other for other in idx[key] if other != wid]
        if left:
            idx[key] = left
        else:
            del idx[key]

    def indexed(self, key: str) -> tuple[str, ...]:
        """Give the waits under KEY, oldest first."""
        return tuple(self.doc["idx"].get(key, ()))
