"""Identifiers are handed in: random in production, counted in tests."""

import secrets
import uuid
from dataclasses import dataclass
from typing import Protocol

from engine.base import receipt


class Ids(Protocol):
    """Something that gives new identifiers."""

    def uid(self) -> str:
        """Give a new UUID as text."""
        ...

    def token(self) -> str:
        """Give a new secret of 256 random bits, URL-safe."""
        ...

    def code(self) -> str:
        """Give a new query code of a receipt: 80 random bits, to be copied by hand."""
        ...


class RandomIds:
    """Random identifiers."""

    def uid(self) -> str:
        """Give a new UUID as text."""
        return str(uuid.uuid4())

    def token(self) -> str:
        """Give a new secret of 256 random bits, URL-safe."""
        return secrets.token_urlsafe(32)

    def code(self) -> str:
        """Give a new query code of a receipt: 80 random bits, to be copied by hand."""
        return receipt.written(secrets.randbits(receipt.BITS))


@dataclass
class CountingIds:
    """Countable identifiers for tests: 1, 2, 3."""

    last: int = 0

    def uid(self) -> str:
        """Give the next number in UUID shape."""
        self.last += 1
        return str(uuid.UUID(int=self.last))

    def token(self) -> str:
        """Give the next number as text."""
        self.last += 1
        return f"token-{self.last}"

    def code(self) -> str:
        """Give the next number as a query code."""
        self.last += 1
        return receipt.written(self.last)
