"""How well the readers read: what they found against gold that people wrote.

Gold is a pair of files for each article: NAME.txt (headline, blank line, body) and NAME.json (statements, entities and relations in the
terms of the contract, with `optional` for what may be found or missed and `…_alt` for other right answers).

    golds = load_gold([Path("tests/gold/development")])
    evaluation = evaluate(golds, read_text)
    evaluation.strict.f1, [v for v in evaluation.verdicts if v.read and not v.neutral and not v.is_right]
"""

from .gold import Gold, GoldError, load_gold
from .reading import read_files, read_text
from .score import evaluate
from .verdict import Evaluation, Figure, Verdict

__all__ = [
    "Evaluation",
    "Figure",
    "Gold",
    "GoldError",
    "Verdict",
    "evaluate",
    "load_gold",
    "read_files",
    "read_text",
]
