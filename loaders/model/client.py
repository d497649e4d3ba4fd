"""A chat endpoint of the OpenAI kind: one question, one answer, within a deadline and a size."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3

from ontology.errors import ChunchengError

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_BLOCK = 65_536


class ModelError(ChunchengError):
    """The endpoint can't be reached, answers with an error, too late, too much, or not in its protocol."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is asked. `deadline` is for a whole question, retries included, in seconds; `most` is bytes of an answer."""

    url: str
    model: str
    key: str | None = None
    deadline: float = 120.0
    attempts: int = 3
    most: int = 2_000_000

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Endpoint:
        """CHUNCHENG_MODEL_URL (…/v1), CHUNCHENG_MODEL, and where needed CHUNCHENG_MODEL_KEY and CHUNCHENG_MODEL_DEADLINE."""
        url, model = environment["CHUNCHENG_MODEL_URL"], environment.get("CHUNCHENG_MODEL", "")
        if not url.startswith(("http://", "https://")):
            raise ModelError(f"CHUNCHENG_MODEL_URL is no web address: {url}")
        if not model:
            raise ModelError("CHUNCHENG_MODEL must name the model to ask")
        deadline = environment.get("CHUNCHENG_MODEL_DEADLINE", "120")
        try:
            seconds = float(deadline)
        except ValueError as error:
            raise ModelError(f"CHUNCHENG_MODEL_DEADLINE is no number of seconds: {deadline}") from error
        return cls(url, model, environment.get("CHUNCHENG_MODEL_KEY"), seconds)

    def ask(self, system: str, user: str, schema: Mapping[str, Any]) -> str:
        """The text of the model's answer; raises ModelError. The key stands in no message."""
        body = json.dumps(
            {
                "model": self.model,
                "temperature": 0,
                "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "facts", "strict": True, "schema": schema},
                },
            },
            ensure_ascii=False,
        ).encode()
        until = time.monotonic() + self.deadline
        for attempt in range(1, self.attempts + 1):
            status, wait, answer = self._post(body, until)
            if status == 200:
                return _content(answer)
            if status not in _RETRIED or attempt == self.attempts:
                raise ModelError(f"{self.url}: the model's endpoint answered {status}")
            pause = min(wait if wait is not None else 0.5 * 2**attempt, max(0.0, until - time.monotonic()))
            time.sleep(pause)
        raise ModelError(f"{self.url}: no answer")

    def _post(self, body: bytes, until: float) -> tuple[int, float | None, bytes]:
        left = until - time.monotonic()
        if left <= 0:
            raise ModelError(f"{self.url}: no answer within {self.deadline:g} s")
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=left, connect=min(left, 10)))
        try:
            # no redirects: a question with a newspaper's text and a key goes where it was sent, and nowhere else
            response = pool.request(
                "POST",
                f"{self.url.rstrip('/')}/chat/completions",
                body=body,
                headers=headers,
                preload_content=False,
                redirect=False,
            )
            answer = bytearray()
            for block in response.stream(_BLOCK):
                answer += block
                if len(answer) > self.most:
                    raise ModelError(f"{self.url}: the answer is longer than {self.most} bytes")
                if time.monotonic() > until:
                    raise ModelError(f"{self.url}: no answer within {self.deadline:g} s")
            wait = response.headers.get("Retry-After", "")
            return response.status, float(wait) if wait.isdigit() else None, bytes(answer)
        except urllib3.exceptions.HTTPError as error:
            raise ModelError(f"{self.url}: {type(error).__name__}") from error
        finally:
            pool.clear()


def _content(answer: bytes) -> str:
    """The message's text of a chat completion."""
    try:
        content = json.loads(answer)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ModelError("the model's endpoint doesn't speak the chat protocol") from error
    if not isinstance(content, str):
        raise ModelError("the model gave no answer in words")
    return content
