"""A mapping that holds a number of bytes at most."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class LeastRecentlyUsed(Generic[Value]):
    """Forgets what nobody has asked for longest as soon as the sizes given add up to more than `max_bytes`."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> Value | None:
        """What is kept under the key; counts as a use."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def size(self, key: Hashable) -> int:
        """The size of what is kept under the key; raises KeyError if nothing is."""
        return self._kept[key][1]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep a value of that many bytes, in place of what the key had."""
        before = self._kept.pop(key, None)
        self._kept[key] = value, size
        self.bytes += size if before is None else size - before[1]
        while self.bytes > self._max_bytes:
            _, (_, least) = self._kept.popitem(last=False)
            self.bytes -= least

    def forget(self, key: Hashable) -> None:
        """Forget what is kept under the key, if anything is."""
        if (found := self._kept.pop(key, None)) is not None:
            self.bytes -= found[1]

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self.bytes = 0
