"""What the readers of relations look at: an article's outermost mentions, its statements and times, by where they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ..facts import Article, Entity, Predicate, Relation, Span, Statement, outermost
from ..located import Located
from ..text import Clause, Sentence, Text
from ..time import TimeMention

_BUCKET = 256  # code points; statements are looked up by the stretches that they reach into


class Scene:
    """Mentions that lie in no other one, in order, with the statements and times around them."""

    def __init__(
        self,
        article: Article,
        text: Text,
        entities: Iterable[Entity],
        statements: Sequence[Statement],
        times: Iterable[TimeMention],
    ) -> None:
        self.article = article
        self.text = text
        self.folded = text.folded
        self.entities = outermost(entities)
        self.statements = Located(statements, lambda s: s.span.start)
        self.starting = {e.span.start: e for e in self.entities}
        self.ending = {e.span.end: e for e in self.entities}
        self.times = tuple(times)
        self.time_ends = {t.start: t.end for t in self.times}
        self._located = Located(self.entities, lambda e: e.span.start)
        self._told: dict[int, list[Statement]] = defaultdict(list)
        for s in statements:
            for bucket in range(s.span.start // _BUCKET, (s.span.end - 1) // _BUCKET + 1):
                self._told[bucket].append(s)

    def within(self, start: int, end: int) -> list[Entity]:
        """Mentions that start in [start, end), in order."""
        return self._located.between(start, end)

    def sentence_of(self, at: int) -> Sentence:
        """The sentence of a mention that starts there."""
        sentence = self.text.sentence_at(at)
        assert sentence is not None, "a name lies in a sentence"
        return sentence

    def clause_of(self, at: int) -> Clause | None:
        """The clause that the character lies in."""
        return next((c for c in self.sentence_of(at).clauses if c.start <= at < c.end), None)

    def agent_at(self, at: int) -> str | None:
        """Who does what the first statement over that character tells."""
        told = self._told.get(at // _BUCKET, ())
        return next((s.agent for s in told if s.agent and s.span.start <= at < s.span.end), None)

    def relation(
        self, start: int, end: int, subject: str, predicate: Predicate, object_: str, rule: str
    ) -> Relation:
        """A relation that the words of [start, end) state."""
        return Relation(Span(start, end), self.text.quote(start, end), subject, predicate, object_, (rule,))
