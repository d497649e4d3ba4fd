"""What people decided about candidates: `[[match]]` entries of a patch file.

[[match]]
action = "accept"                       # or "reject"
target = "commitment/1f0c…"             # end of the IRI, as `chuncheng ledger --candidates` prints it
outcomes = ["outcome/9a44…"]            # all of them where they share the target; or the one withdrawal that drops it
author = "林小雨"
date = 2024-03-01
reason = "同一件事：报告里写作“泊位”。"
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import Field, asdict, astuple, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, TypeVar

from ontology.errors import ChunchengError

from .claim import Claim

_FIELDS = ("action", "target", "outcomes", "author", "date", "reason")


class Decidable(Protocol):
    """A proposed pairing that a person may decide on, a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def key(self) -> tuple[str, ...]:
        """IRIs of what is paired, that of the promise first."""
        ...

    @property
    def why(self) -> str:
        """What speaks for it."""
        ...

    @property
    def decided(self) -> str | None:
        """Who accepted it by hand, if anybody did."""
        ...


_Pairing = TypeVar("_Pairing", bound=Decidable)


class DecisionError(ChunchengError):
    """A decision that can't be read; the message names file and entry."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's verdict on one pairing; `target` and `outcomes` are the ends of their IRIs after `id/`."""

    accept: bool
    target: str
    outcomes: tuple[str, ...]
    author: str
    day: str
    reason: str

    @property
    def about_withdrawal(self) -> bool:
        """Whether it is on a promise and what drops it, rather than on a promise and results."""
        return any(outcome.startswith("withdrawal/") for outcome in self.outcomes)


@dataclass(frozen=True)
class Decisions:
    """All decisions by pairing; of two on the same pairing the earlier stands, as with corrections."""

    entries: tuple[Decision, ...] = ()
    _by_key: Mapping[tuple[str, ...], Decision] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        ordered = sorted(
            self.entries, key=lambda d: (d.day, d.author, d.target, d.outcomes, d.accept), reverse=True
        )
        object.__setattr__(self, "_by_key", {(d.target, *d.outcomes): d for d in ordered})

    def digest(self) -> str:
        """SHA-256 of all of them, whatever their order."""
        return hashlib.sha256(repr(sorted(map(astuple, self.entries))).encode()).hexdigest()

    def apply(self, key: Sequence[str]) -> Decision | None:
        """The decision about a pairing by its IRIs, target first; None where nobody decided."""
        return self._by_key.get((short(key[0]), *sorted(map(short, key[1:]))))

    def sort_out(self, proposed: Iterable[tuple[_Pairing, bool]]) -> tuple[list[_Pairing], list[_Pairing]]:
        """What stands, by its score or by a decision, and what waits for one; what was rejected is in neither."""
        standing: list[_Pairing] = []
        waiting: list[_Pairing] = []
        for pairing, stands in proposed:
            decision = self.apply(pairing.key)
            if decision is None:
                (standing if stands else waiting).append(pairing)
            elif decision.accept:
                why = f"{decision.author} {decision.day}：{decision.reason}；{pairing.why}"
                standing.append(replace(pairing, decided=decision.author, why=why))
        return standing, waiting

    def add_accepted(
        self,
        found: dict[tuple[str, ...], tuple[_Pairing, bool]],
        claims: Iterable[Claim],
        kind: Literal["outcome", "withdrawal"],
        pair: Callable[[Claim, tuple[Claim, ...]], _Pairing],
    ) -> tuple[Decision, ...]:
        """Adds the pairings of promises with claims of this kind that a person accepts and no score proposed, made by `pair` of a promise
        and the others in order of their IRIs; returns the decisions whose claims aren't there.
        """
        entries = [d for d in self.standing() if d.about_withdrawal == (kind == "withdrawal")]
        if not entries:
            return ()
        known = {short(c.iri): c for c in claims}
        unknown = []
        for decision in entries:
            target = known.get(decision.target)
            others = tuple(sorted((known[o] for o in decision.outcomes if o in known), key=lambda c: c.iri))
            fits = len(others) == len(decision.outcomes) and all(c.kind == kind for c in others)
            alone = len(decision.outcomes) == 1 or kind == "outcome"  # one withdrawal drops a promise
            if target is None or target.kind != "commitment" or not fits or not alone:
                unknown.append(decision)
            elif decision.accept:
                key = (target.iri, *(c.iri for c in others))
                if key not in found:
                    found[key] = (pair(target, others), True)
        return tuple(unknown)

    def standing(self) -> list[Decision]:
        """One decision for each pairing, in order of the pairings."""
        return [self._by_key[key] for key in sorted(self._by_key)]


def short(iri: str) -> str:
    """The end of an IRI after `id/`, by which patch files name promises and results."""
    return iri.rsplit("/id/", 1)[-1]


def write_decisions(decisions: Decisions, path: Path) -> None:
    """Writes the decisions as JSON lines, for builds of the same facts later."""
    lines = (json.dumps(asdict(d), ensure_ascii=False, sort_keys=True) + "\n" for d in decisions.standing())
    path.write_text("".join(lines), encoding="utf-8")


def read_decisions(path: Path) -> Decisions:
    """The decisions that `write_decisions` wrote, none where the file isn't there; raises DecisionError."""
    if not path.exists():
        return Decisions()
    try:
        entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return Decisions(
            tuple(Decision(**{**entry, "outcomes": tuple(entry["outcomes"])}) for entry in entries)
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DecisionError(f"{path}: can't be read: {error}") from error


def load_decisions(paths: Iterable[Path]) -> Decisions:
    """The decisions of patch files; raises DecisionError for an entry that lacks something."""
    found: list[Decision] = []
    for path in paths:
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8")).get("match", [])
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise DecisionError(f"{path}: can't be read as TOML: {error}") from error
        if not isinstance(entries, list):
            raise DecisionError(f"{path}: write each decision as a [[match]] of its own")
        found += [_read(f"{path}: match {number}", entry) for number, entry in enumerate(entries, 1)]
    return Decisions(tuple(found))


def _read(where: str, entry: Any) -> Decision:
    if not isinstance(entry, dict) or (missing := [name for name in _FIELDS if name not in entry]):
        lacking = ", ".join(missing) if isinstance(entry, dict) else "all fields"
        raise DecisionError(f"{where} lacks {lacking}")
    if unknown := sorted(set(entry) - set(_FIELDS)):
        raise DecisionError(f"{where} has {unknown[0]!r}, which is no field; known: {', '.join(_FIELDS)}")
    if entry["action"] not in ("accept", "reject"):
        raise DecisionError(f'{where}: action is "accept" or "reject", not {entry["action"]!r}')
    if not isinstance(entry["date"], date):
        raise DecisionError(f"{where}: date is a date, as in date = 2024-03-01")
    outcomes = entry["outcomes"]
    if not isinstance(outcomes, list) or not outcomes or not all(isinstance(o, str) for o in outcomes):
        raise DecisionError(f"{where}: outcomes is a list of texts, the ends of IRIs")
    for name in ("target", "author", "reason"):
        if not isinstance(entry[name], str) or not entry[name].strip():
            raise DecisionError(f"{where}: {name} is a text that isn't empty")
    return Decision(
        entry["action"] == "accept",
        entry["target"],
        tuple(sorted(outcomes)),
        entry["author"],
        entry["date"].isoformat(),
        entry["reason"],
    )
