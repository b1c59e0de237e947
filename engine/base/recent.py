"""What was used lately is kept, the least used goes first; threads may share it."""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most SIZE values by key; values are shared, so they must not be changed."""

    def __init__(self, size: int = 64) -> None:
        self._size = size
        self._held: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()  # held for moments

    def get(self, key: K) -> V | None:
        """Give the value of KEY if it is still known."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def keep(self, key: K, value: V) -> None:
        """Remember VALUE under KEY, and forget what was not used for longest."""
        with self._lock:
            self._held[key] = value
            self._held.move_to_end(key)
            while len(self._held) > self._size:
                self._held.popitem(last=False)
