"""A clock for tests of what takes time."""

from __future__ import annotations


class Clock:
    """Seconds that pass when a test says so, and some each time that somebody looks."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.each_look = 0.0

    def __call__(self) -> float:
        self.now += self.each_look
        return self.now
