"""Answers to the queries of pages that took long: a snapshot never changes, so they are asked once."""

from __future__ import annotations

from server.engine import Answer, Engine, Question
from server.least_recently_used import LeastRecentlyUsed

_MAX_BYTES = 32 * 1024 * 1024  # of all answers kept of a snapshot
_LEAST_SECONDS = 0.01  # of evaluation; what is quicker is asked again


class CostlyAnswers:
    """Keeps, of one snapshot, small answers that took `least_seconds` of evaluation or more. For one event loop."""

    def __init__(self, least_seconds: float = _LEAST_SECONDS) -> None:
        self._least_seconds = least_seconds
        self._kept: LeastRecentlyUsed[Answer] = LeastRecentlyUsed(_MAX_BYTES)

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, text: str, format: str, answer: Answer) -> None:
        """Keeps an answer that is known already, as long as there is room."""
        if answer.body is not None:
            self._kept.put((text, format), answer, len(text) + len(answer.body))

    async def ask(self, engine: Engine, question: Question) -> Answer:
        """The answer to a query of ours, of before where it took long then; raises Problem."""
        key = question.text, question.format
        if (kept := self._kept.get(key)) is not None:
            return kept
        answer = await engine.query(question)
        if answer.seconds >= self._least_seconds and question.format is not None:
            self.keep(question.text, question.format, answer)
        return answer
