"""How far long work has come, told on standard error: in one line on a terminal, elsewhere in a line every few seconds."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from graph.progress import Progress


class ProgressLine:
    """One line, told anew as the work goes on: how many of what is counted, `one` or `several`."""

    def __init__(self, one: str, several: str) -> None:
        self._one, self._several = one, several
        self._told = 0.0
        self._terminal = sys.stderr.isatty()

    def tell(self, progress: Progress) -> None:
        """Tells it, unless it was told just now; the end always."""
        now = time.monotonic()
        last = progress.finished
        if now - self._told < (0.2 if self._terminal else 5) and not last:
            return
        self._told = now
        kept = f", {progress.kept:,} of them known" if progress.kept else ""
        left = "" if progress.left is None or last else f", {clock(progress.left)} left"
        done = f"{progress.done:,} {self._one if progress.done == 1 else self._several}"
        line = f"{done}{kept}, {progress.rate:,.0f} a second, {progress.share:.0%}{left}"
        if self._terminal:
            click.echo(f"\r\x1b[K{line}", nl=last, err=True)
        else:
            click.echo(line, err=True)


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, or hours and minutes: 4:05, 2 h 07 min."""
    whole = round(seconds)
    return (
        f"{whole // 60}:{whole % 60:02}" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60:02} min"
    )
