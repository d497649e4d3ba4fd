"""Reconciliation: which claims say the same, which result answers which promise, what a rate implies.

Pages go in as extractions, in any order; out come pairs with a score and its reasons, versions, contradictions and implied targets.
"""

from __future__ import annotations

from .claim import Claim, Claims, Report
from .decision import Decision, DecisionError, Decisions, load_decisions, read_decisions, write_decisions
from .group import Groups, Version, disagree, group, precedence, same_thing
from .implied import Implied, implied_targets
from .match import Limits, Matches, Pair, match, merged
from .score import Score, compare, completion
from .withdrawal import Withdrawals, Withdrawn, withdraw

__all__ = [
    "Claim", "Claims", "Decision", "DecisionError", "Decisions", "Groups", "Implied", "Limits", "Matches", "Pair", "Report", "Score",
    "Version", "Withdrawals", "Withdrawn",
    "compare", "completion", "disagree", "group", "implied_targets", "load_decisions", "match", "merged", "precedence", "read_decisions",
    "same_thing", "withdraw", "write_decisions",
]  # fmt: skip
