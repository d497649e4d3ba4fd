"""How much evaluation one client gets in a minute, so that nobody's queries take the server from all others."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from itertools import islice

from server.problem import Problem

_REFILL_SECONDS = 60.0  # in which an empty bucket gets full
_MOST_CLIENTS = 10_000
_FORGOTTEN_AT_ONCE = 1_000  # one pass over all clients (1 ms) makes room for so many new ones


class Meter:
    """A bucket of seconds of evaluation for each client, as the Wikidata Query Service has it; for one thread.

    It holds `budget` seconds and refills by a sixtieth of that a second. A query may start as long as there is
    anything in it and takes out what it really used, so the bucket may owe, which makes the wait longer. A budget
    of 0 switches the metering off. At most 10,000 clients are remembered: those with full buckets are forgotten
    first, then those who were charged longest ago.
    """

    def __init__(self, budget: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._budget = budget
        self._rate = budget / _REFILL_SECONDS
        self._clock = clock
        self._full_at: dict[
            str, float
        ] = {}  # when each bucket will be full again; the last one charged is last

    def admit(self, client: str, running: float = 0.0) -> None:
        """Let a client's query start; raises Problem 429 with Retry-After (RFC 9110, 10.2.3) if its bucket is empty.

        `running` is the time in seconds that its other queries have taken so far and weren't charged for yet.
        """
        if not self._budget:
            return
        full_at = self._full_at.get(client)
        if full_at is None and not running:
            return
        used = running + max(0.0, (full_at or 0.0) - self._clock()) * self._rate
        if used < self._budget:
            return
        wait = max(1, math.ceil((used - self._budget) / self._rate))
        whole = int(self._budget)
        raise Problem(
            429,
            f"your queries have used {used:.2f} s of the {self._budget:g} s of evaluation that one client gets in a"
            f" minute; ask again in {wait} s, or ask for less at once",
            fields={"limit": whole if whole == self._budget else f"{self._budget:g}", "value": f"{used:.2f}"},
            headers={"Retry-After": str(wait)},
        )

    def charge(self, client: str, seconds: float) -> None:
        """Take the evaluation time of a query that has ended out of its client's bucket."""
        if not self._budget or seconds <= 0:
            return
        now = self._clock()
        full_at = self._full_at.pop(client, None)
        if full_at is None:
            if len(self._full_at) >= _MOST_CLIENTS:
                self._forget(now)
            full_at = now
        self._full_at[client] = max(full_at, now) + seconds / self._rate

    def __len__(self) -> int:
        return len(self._full_at)

    def _forget(self, now: float) -> None:
        self._full_at = {client: full_at for client, full_at in self._full_at.items() if full_at > now}
        surplus = len(self._full_at) - (_MOST_CLIENTS - _FORGOTTEN_AT_ONCE)
        for client in list(islice(self._full_at, max(0, surplus))):
            del self._full_at[client]
