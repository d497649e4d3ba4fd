"""Goals of the project and what was measured for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that is to be reached: at most `goal`, or at least with `at_least`; both in `unit`, a ratio where there is none."""

    what: str
    measured: float
    goal: float
    at_least: bool = False
    unit: str = ""

    @property
    def reached(self) -> bool:
        """Whether it is."""
        return self.measured >= self.goal if self.at_least else self.measured <= self.goal


def table(goals: Iterable[tuple[str, Goal]]) -> list[str]:
    """Goals as lines of Markdown, each with the name of its part."""
    lines = ["| part | what | measured | goal |", "|---|---|---:|---:|"]
    for part, goal in goals:
        unit = f" {goal.unit}" if goal.unit else ""
        bound = f"{'≥' if goal.at_least else '≤'} {goal.goal:g}{unit}"
        lines.append(f"| {part} | {goal.what} | {figure(goal.measured)}{unit} | {bound} |")
    return lines


def figure(value: float) -> str:
    """A number with as many digits as it means: three, and no decimals from a hundred on."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
