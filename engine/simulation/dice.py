"""Values as an application describes them: constants, FEEL, and weighted choices."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.base.errors import InvalidRequest
from engine.base.expressions import Expr, Moment
from engine.base.values import Value
from engine.feel.compile import compile_expression

EVIDENCE = "$evidence"
Upload = Callable[[str], dict[str, Value]]  # evidence code -> file value of a form


@dataclass
class Phrases:
    """Compiled FEEL texts of one application; SETTINGS are constants in them."""

    settings: Mapping[str, Value] = field(default_factory=dict)
    known: dict[str, Expr] = field(default_factory=dict)

    def get(self, text: str) -> Expr:
        """Compile TEXT once."""
        if text not in self.known:
            constants = {"settings": self.settings}
            self.known[text] = compile_expression(text, mode="spec", constants=constants)
        return self.known[text]


@dataclass
class Dice:
    """Throws for one occasion: the same SEED gives the same values, whatever came before.

    A described value is a text beginning with "=" (FEEL over the scope), a map with one of
      choose: {value: weight} or [{value, weight}]   one of them
      between: [low, high], digits: n                a number
      day: [MM-DD, MM-DD]                            a day of the scope's `year`
      row: register, where: FEEL                     a row of a register that fits
      $evidence: [codes]                             one uploaded file per code
    or a list or map of such, or anything else, which stands for itself.
    """

    seed: str
    phrases: Phrases
    moment: Moment
    rows: Callable[[str], Sequence[Mapping[str, Value]]]  # of a register
    upload: Upload
    scope: dict[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 -- invented cases, no secret

    def chance(self, share: Any) -> bool:
        """Tell whether something of probability SHARE happens."""
        return self.random.random() < float(share or 0)

    def pick(self, weights: Mapping[str, Any]) -> str:
        """Give one key of WEIGHTS."""
        names = list(weights)
        return self.random.choices(names, [float(weights[name]) for name in names])[0]

    def whole(self, span: Any) -> int:
        """Give a whole number: SPAN itself, or one from its low to its high end."""
        if isinstance(span, Sequence):
            return self.random.randint(int(span[0]), int(span[1]))
        return int(span)

    def feel(self, text: str) -> Value:
        """Evaluate FEEL over the scope."""
        return self.phrases.get(text)(self.scope, self.moment)

    def draw(self, described: Any) -> Value:
        """Give the value DESCRIBED."""
        if isinstance(described, str):
            return self.feel(described) if described.startswith("=") else described
        if isinstance(described, list):
            return [self.draw(one) for one in described]
        if isinstance(described, Mapping):
            return self._map(described)
        value: Value = described
        return value

    def _map(self, described: Mapping[str, Any]) -> Value:
        for word, make in _WORDS.items():
            if word in described:
                return make(self, described)
        return {str(key): self.draw(value) for key, value in described.items()}

    def choose(self, described: Mapping[str, Any]) -> Value:
        """Give one of the values described under `choose`."""
        offered = described["choose"]
        if isinstance(offered, Mapping):
            return self.pick(offered)
        weights = [float(one.get("weight", 1)) for one in offered]
        return self.draw(self.random.choices(offered, weights)[0]["value"])

    def between(self, described: Mapping[str, Any]) -> Value:
        """Give a number within `between`, with `digits` behind the point."""
        unit = 10 ** int(described.get("digits", 0))
        low, high = (int(Decimal(str(end)) * unit) for end in described["between"])
        number = Decimal(self.random.randint(low, high)) / unit
        return int(number) if unit == 1 else number

    def day(self, described: Mapping[str, Any]) -> date:
        """Give a day within `day`, of the year in the scope."""
        first, last = (self.day_of(str(end)) for end in described["day"])
        return first + timedelta(days=self.random.randint(0, (last - first).days))

    def day_of(self, text: str) -> date:
        """Read MM-DD of the scope's year, +1-MM-DD of the next, or a full date."""
        year = int(str(self.scope.get("year", 0)))
        if text.startswith("+"):
            ahead, _, text = text[1:].partition("-")
            year += int(ahead)
        return date.fromisoformat(text if len(text) > 5 else f"{year:04}-{text}")

    def row(self, described: Mapping[str, Any]) -> Value:
        """Give a row of a register that fits `where`."""
        rows = self.rows(str(described["row"]))
        where = described.get("where")
        if where is not None:
            test = self.phrases.get(str(where))
            rows = [one for one in rows if test({**self.scope, **one}, self.moment) is True]
        if not rows:
            raise InvalidRequest(f"登记册“{described['row']}”没有符合“{where}”的行。")
        return dict(self.random.choice(rows))

    def evidence(self, described: Mapping[str, Any]) -> Value:
        """Upload one file per code."""
        return [self.upload(str(code)) for code in described[EVIDENCE]]


_WORDS: Mapping[str, Callable[[Dice, Mapping[str, Any]], Value]] = {
    "choose": Dice.choose,
    "between": Dice.between,
    "day": Dice.day,
    "row": Dice.row,
    EVIDENCE: Dice.evidence,
}
