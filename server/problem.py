"""What the server says when it can't answer: one exception, told as problem+json or as a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from ontology.errors import ChunchengError

PROBLEM_JSON = "application/problem+json"


class Problem(ChunchengError):  # noqa: N818 — the standard's word
    """A request that gets an error instead of an answer (RFC 9457).

    `detail` says what was wrong and what to do; `fields` are further members of the body (line, column, limit …);
    `headers` go with the response (Allow …).
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        fields: Mapping[str, int | str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = HTTPStatus(status).phrase
        self.detail = detail
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})
        self.seconds = 0.0  # of evaluation that led to it

    def to_json(self) -> bytes:
        """The body of an `application/problem+json` response."""
        body = {"status": self.status, "title": self.title, "detail": self.detail, **self.fields}
        return json.dumps(body, ensure_ascii=False).encode("utf-8") + b"\n"
