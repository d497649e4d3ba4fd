"""Weights and thresholds of the matcher, learned on some gold and tested on wordings that nothing was tuned on.

    python -m loaders.evaluation.learn_matching tests/gold/pairs/{development,civic} \\
        --held-out tests/gold/pairs/{held-out,unseen} [--write] [--errors]

Makes worlds of promises, results and near misses (`paraphrase`), some with few places and much that is alike, reads their pages, and fits
a logistic model to which possible pairs belong together, drawn towards weights set by hand (maximum a posteriori); what speaks for a pair
never comes to speak against it. All this with the lexicon as it is, and again with half of its names and verbs gone, since papers have
more words than it. The thresholds of a link are the lowest at which the links that the matcher makes on the training worlds are right in
99 of 100 (982 of 1000 with half of the lexicon), never below an even chance, or 15 in 100 where nothing else comes near.
Prints precision and recall of the matcher as it is on worlds of all folders that it didn't learn from.
"""

from __future__ import annotations

import argparse
import copy
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..lexicon import table
from ..reconcile import Claim, Limits
from ..reconcile.match import possible_pairs
from ..reconcile.profile import forget
from ..reconcile.score import accepts, accepts_alone, features
from .pairing import Found, Reading
from .paraphrase import PLACES, make_world

_TABLE = Path(__file__).parent.parent / "lexicon" / "matching_weights.toml"
_TRAINING = range(101, 106)
_THINNED = range(3)
_KEPT = 0.5  # of the names and verbs in the lexicon, where unknown words are to be learned from
_CROWD = 4  # places of worlds in which so much is told of each that much of it is alike
_TESTING = range(1, 4)
_PULL = 0.02  # towards the standing weights: what a hundred pairs say outweighs it
_STEPS = 400
_PRECISION = 0.99  # of the links with the lexicon as it is
_PRECISION_THINNED = 0.982  # and with half of it gone
_CANDIDATE = 0.03  # below it a person would read fifty for each that is right
Example = tuple[Mapping[str, float], bool]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what was learned and how it does; write the table with --write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("development", type=Path, nargs="+")
    parser.add_argument("--held-out", type=Path, nargs="+", required=True)
    parser.add_argument("--write", action="store_true", help=f"write {_TABLE.name}; run again to test it")
    parser.add_argument("--errors", action="store_true", help="list wrong and missed links of the tests")
    options = parser.parse_args(arguments)
    if options.write:
        readings = [Reading(make_world(gold, seed)) for gold in options.development for seed in _TRAINING]
        crowded = [Reading(make_world(gold, 100, 200, 800, PLACES[:_CROWD])) for gold in options.development]
        examples = [example for reading in (*readings, *crowded) for example in _examples(reading)]
        for seed in _THINNED:
            with thinned(seed):
                examples += [example for reading in (*readings, *crowded) for example in _examples(reading)]
        weights = _fit(examples, table("matching_weights")["prior"])
        _write(weights, Limits(accepts(), accepts_alone()))
        table.cache_clear()
        limits = _learn_limits(readings)
        _write(weights, limits)
        told = f"{len(examples)} possible pairs, {sum(label for _, label in examples)} of them right"
        print(f"{told}; {limits}: {_TABLE.name}")
        return
    for gold in (*options.development, *options.held_out):
        for seed in _TESTING:
            reading = Reading(make_world(gold, seed))
            found = reading.found()
            print(
                f"{gold.name}, seed {seed}: precision {found.precision:.3f}, "
                f"recall {found.recall:.3f}, {len(found.candidates)} candidates"
            )
            if options.errors:
                _tell(reading, found)


@contextmanager
def thinned(seed: int) -> Iterator[None]:
    """A lexicon that lacks by chance half of its names, and of its verbs: what is then learned holds for words that it lacks altogether."""
    chance = random.Random(seed)
    matching, indicators = table("matching"), table("indicators")
    kept = copy.deepcopy((dict(matching), dict(indicators)))

    def some(words: Sequence[str]) -> list[str]:
        return [word for word in words if chance.random() < _KEPT]

    matching["same"] = {name: some(others) for name, others in matching["same"].items()}
    matching["drop"]["doing"] = some(matching["drop"]["doing"])
    for concept in indicators.values():
        concept["synonyms"] = some(concept.get("synonyms", ()))
    try:
        forget()
        yield
    finally:
        matching.update(kept[0])
        indicators.update(kept[1])
        forget()


def _examples(reading: Reading) -> list[Example]:
    return [
        (features(target, result, result.value), bool(reading.belong(target, result)))
        for target, result in possible_pairs(reading.claims)
    ]


def _fit(examples: Sequence[Example], start: Mapping[str, float]) -> dict[str, float]:
    """Gradient ascent with momentum; what is rare among the examples counts as much as what is common (right pairs are few)."""
    names = list(start)
    rows = [[found[n] for n in names] for found, _ in examples]
    labels = [float(label) for _, label in examples]
    right = sum(labels)
    share = (len(labels) - right) / max(1.0, right)
    weight = [min(3.0, share) if label else 1.0 for label in labels]
    total = sum(weight)
    prior = [start[n] for n in names]
    now, speed = list(prior), [0.0] * len(names)
    for _ in range(_STEPS):
        slope = [_PULL * (p - w) / len(names) for p, w in zip(prior, now, strict=True)]
        for row, label, counts in zip(rows, labels, weight, strict=True):
            miss = label - _probability(row, now)
            for i, x in enumerate(row):
                if x:
                    slope[i] += counts * miss * x / total
        speed = [0.9 * v + 2.0 * g for v, g in zip(speed, slope, strict=True)]
        now = [_same_side(w + v, p) for w, v, p in zip(now, speed, prior, strict=True)]
    return dict(zip(names, (round(w, 2) for w in now), strict=True))


def _same_side(weight: float, prior: float) -> float:
    """The weight, never nearer to nothing than a third of what stood, and on its side."""
    return max(weight, prior / 3) if prior > 0 else min(weight, prior / 3)


def _probability(row: Sequence[float], weights: Sequence[float]) -> float:
    logit = sum(x * w for x, w in zip(row, weights, strict=True))
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, logit))))


def _learn_limits(readings: Sequence[Reading]) -> Limits:
    """The lowest thresholds at which links are right often enough: first that among others, then that of a pair alone."""
    link = _lowest(95, 50, lambda p: _right_enough(readings, Limits(p, 1.0)))
    alone = _lowest(round(link * 100), 15, lambda p: _right_enough(readings, Limits(link, p)))
    return Limits(link, alone)


def _lowest(start: int, end: int, holds: Callable[[float], bool]) -> float:
    """The lowest of the probabilities (percent), five apart, down to which all hold; never below `end`."""
    lowest = start
    while lowest > end and holds((lowest - 5) / 100):
        lowest -= 5
    return lowest / 100


def _right_enough(readings: Sequence[Reading], limits: Limits) -> bool:
    if _precision(readings, limits) < _PRECISION:
        return False
    with thinned(_THINNED[0]):
        return _precision(readings, limits) >= _PRECISION_THINNED


def _precision(readings: Sequence[Reading], limits: Limits) -> float:
    found = [reading.found(limits) for reading in readings]
    right = sum(len(f.right) for f in found)
    return right / (right + sum(len(f.wrong) for f in found))


def _write(weights: Mapping[str, float], limits: Limits) -> None:
    lines = ["# Written by `python -m loaders.evaluation.learn_matching … --write`.", "[prior]"]
    lines += [f"{name} = {weight}" for name, weight in table("matching_weights")["prior"].items()]
    lines += ["", "[weight]"]
    lines += [f"{name} = {weight}" for name, weight in weights.items()]
    lines += ["", "[threshold]", f"link = {limits.link}", f"alone = {limits.alone}"]
    lines += [f"candidate = {_CANDIDATE}", ""]
    _TABLE.write_text("\n".join(lines), encoding="utf-8")


def _tell(reading: Reading, found: Found) -> None:
    for pair in found.wrong:
        print("  wrong", _shown(pair.target), "<-", *map(_shown, pair.results), pair.why)
    for key in sorted(found.missed):
        claims = [c for c in reading.claims if key in reading.keys(c)]
        near = [p.probability for p in found.candidates if p.target in claims and p.results[0] in claims]
        print("  missed", key, *map(_shown, claims), *near)


def _shown(claim: Claim) -> str:
    return f"[{claim.indicator} {claim.value} {claim.unit}, {claim.agent}, {sorted(claim.places)}, {claim.period}]"


if __name__ == "__main__":
    main()
