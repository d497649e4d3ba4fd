"""Busy polling: what is likely to come in a moment is waited for awake.

To put a process to sleep and wake it takes longer than most point queries do, on a virtual machine most of all. The query of a single
client wakes four, one after the other, at some 40 µs each, and is itself evaluated in 100. So who has sent something looks for what
comes back before it sleeps: only where the last wait was short, so that a server that is asked now and then sleeps as ever, and only
where another processor can work meanwhile. Not while a thread of ours answers: who waits for the interpreter's lock doesn't get it from a
loop that lets go of it for some microseconds at a time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from graph.processors import processors

if TYPE_CHECKING:
    import asyncio

_PATIENCE = 0.0005  # seconds of being awake for nothing, at most
_SHORT = 0.001  # seconds of a wait after which the next is worth it: to be woken is part of them

#: Lets another process have the processor, where one waits for it.
give_way: Callable[[], object] = getattr(os, "sched_yield", partial(time.sleep, 0))


class Wait:
    """A wait for the same thing again and again."""

    __slots__ = ("_began", "_is_worthwhile", "_polls")

    def __init__(self) -> None:
        self._is_worthwhile = processors() > 1
        self._polls = False  # the last one was short
        self._began = 0.0  # while nothing is waited for

    def begin(self) -> bool:
        """It is waited for from now on; returns whether it is to be looked for without sleeping."""
        self._began = time.perf_counter()
        return self._polls

    def end(self) -> None:
        """It has come, whether or not it was waited for."""
        if self._began:
            self._polls = self._is_worthwhile and time.perf_counter() - self._began < _SHORT
            self._began = 0.0

    @property
    def stays_awake(self) -> bool:
        """Whether it is still to be looked for without sleeping."""
        return self._polls and time.perf_counter() - self._began < _PATIENCE


class BusyPolling:
    """Keeps an event loop from sleeping while something is expected in a moment."""

    __slots__ = ("_is_looking", "_loop", "_wait")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._wait = Wait()
        self._is_looking = False

    def expect(self) -> None:
        """Something was sent that may be answered at once."""
        if self._wait.begin() and not self._is_looking:
            self._is_looking = True
            self._loop.call_soon(self._look)

    def heard(self) -> None:
        """Something has come."""
        self._wait.end()

    def _look(self) -> None:
        """Have the loop look once more, which it does without sleeping where there is something to call."""
        if self._wait.stays_awake:
            self._loop.call_soon(self._look)
        else:
            self._is_looking = False
