"""A chat endpoint of the OpenAI kind: one question, one answer, within a deadline and a size."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import mktime_tz, parsedate_tz
from queue import Empty, SimpleQueue
from typing import Any

import urllib3

from .report import ModelError
from .settings import Settings

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_TORN = 0  # in place of a status: the connection broke, which passes as often as a 503 does
_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class _Reply:
    """Status, the seconds that the endpoint asks to wait, and the body of a success."""

    status: int
    wait: float | None = None
    body: bytes = b""


class Client:
    """Asks one endpoint. Nothing that it raises or logs holds the key or a word of the endpoint's answer."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def ask(self, system: str, user: str, schema: Mapping[str, Any]) -> str:
        """The text of the model's answer; raises ModelError."""
        body = self._question(system, user, schema)
        until = time.monotonic() + self.settings.deadline
        for attempt in range(1, self.settings.attempts + 1):
            reply = self._reply(body, until)
            if reply.status == 200:
                return self._content(reply.body)
            if reply.status not in _RETRIED | {_TORN} or attempt == self.settings.attempts:
                break
            self._pause(reply.wait, attempt, until)
        told = f"answered {reply.status}" if reply.status else "broke off its answer"
        raise self._error(f"the model's endpoint {told}")

    def _question(self, system: str, user: str, schema: Mapping[str, Any]) -> bytes:
        asked = {
            "model": self.settings.model,
            "temperature": 0,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "facts", "strict": True, "schema": schema},
            },
        }
        return json.dumps(asked).encode()  # in ASCII: half of a surrogate pair in a text is no reason to stop

    def _reply(self, body: bytes, until: float) -> _Reply:
        """One exchange, in a thread of its own: time limits of sockets hold for a read, the deadline for all of them."""
        done: SimpleQueue[_Reply | Exception] = SimpleQueue()

        def run() -> None:
            try:
                done.put(self._exchange(body, until))
            except Exception as error:  # carried to the caller
                done.put(error)

        threading.Thread(target=run, name="model-question", daemon=True).start()
        try:
            reply = done.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            raise self._late() from None
        if isinstance(reply, Exception):
            raise reply
        return reply

    def _exchange(self, body: bytes, until: float) -> _Reply:
        left = until - time.monotonic()
        if left <= 0:
            raise self._late()
        limit = urllib3.Timeout(connect=min(left, self.settings.connect), read=left)
        pool = urllib3.connection_from_url(self.settings.endpoint, timeout=limit)
        response: urllib3.BaseHTTPResponse | None = None
        try:
            # no redirects: a newspaper's text and a key go where they were sent, and nowhere else
            response = pool.urlopen(
                "POST",
                urllib3.util.parse_url(self.settings.endpoint).request_uri,
                body,
                self._headers(),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            answer = self._body(response, until) if response.status == 200 else b""
            return _Reply(response.status, _wait(response.headers.get("Retry-After", "")), answer)
        except urllib3.exceptions.ReadTimeoutError:
            raise self._late() from None
        except urllib3.exceptions.ProtocolError:
            return _Reply(_TORN)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            # without its cause: a header that can't be sent is printed in full by what complains of it
            raise self._error(f"the model's endpoint can't be asked: {type(error).__name__}") from None
        finally:
            if response is not None:
                response.close()
            pool.close()

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
        return headers | ({"Authorization": f"Bearer {self.settings.key}"} if self.settings.key else {})

    def _body(self, response: urllib3.BaseHTTPResponse, until: float) -> bytes:
        """The bytes as they come, each block as soon as it is there; never unpacked, for none was asked for packed."""
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise self._error("the answer is compressed, which wasn't asked for")
        answer = bytearray()
        while block := response.read1(_BLOCK, decode_content=False):
            answer += block
            if len(answer) > self.settings.most:
                raise self._error(f"the answer is longer than {self.settings.most} bytes")
            if time.monotonic() > until:
                raise self._late()
        return bytes(answer)

    def _pause(self, wait: float | None, attempt: int, until: float) -> None:
        pause = self.settings.pause * 2 ** (attempt - 1) if wait is None else wait
        if pause >= until - time.monotonic():
            raise self._error(f"the next try would be in {pause:g} s, after the deadline")
        time.sleep(pause)

    def _content(self, answer: bytes) -> str:
        """The message's text of a chat completion."""
        try:
            choice = json.loads(answer)["choices"][0]
            message, why = choice["message"], choice.get("finish_reason")
            content, refusal = message.get("content"), message.get("refusal")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise self._error("the endpoint doesn't speak the chat protocol") from None
        if refusal or why == "content_filter":
            raise self._error("the model refused to answer")
        if why == "length":
            raise self._error("the answer was cut off; give the model room for more tokens")
        if not isinstance(content, str) or not content.strip():
            raise self._error("the model gave no answer in words")
        return content

    def _late(self) -> ModelError:
        return self._error(f"no answer within {self.settings.deadline:g} s (CHUNCHENG_MODEL_DEADLINE)")

    def _error(self, what: str) -> ModelError:
        return ModelError(f"{self.settings.url}: {what}")


def _wait(retry_after: str) -> float | None:
    """Seconds of a Retry-After header, which holds a number or a date (RFC 9110, 10.2.3)."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        date = parsedate_tz(retry_after)
        return max(0.0, mktime_tz(date) - time.time()) if date else None
    except (ValueError, OverflowError):
        return None
