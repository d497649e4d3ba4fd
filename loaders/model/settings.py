"""Where and how patiently a model is asked: from the environment and from arguments, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from urllib.parse import urlsplit

from .report import ModelError

DEADLINE = 120.0
CONNECT = 10.0


@dataclass(frozen=True, slots=True)
class Settings:
    """An endpoint. `deadline` is for a whole question, retries included; times in seconds, `most` in bytes of an answer."""

    url: str
    model: str
    key: str | None = field(default=None, repr=False)  # no print of the settings shows it
    deadline: float = DEADLINE
    connect: float = CONNECT
    attempts: int = 3
    most: int = 2_000_000
    pause: float = 0.5  # before the first retry, doubled for each further one

    def __post_init__(self) -> None:
        _check_url(self.url)
        if not self.model or not self.model.isprintable():
            raise ModelError("CHUNCHENG_MODEL must name the model to ask")
        # what can't stand in a header would be printed by the error that says so
        if self.key is not None and not (
            self.key.isascii() and self.key.isprintable() and " " not in self.key
        ):
            raise ModelError(
                "CHUNCHENG_MODEL_KEY holds characters that no key has (blanks, line ends, accents)"
            )
        for name, seconds in (("DEADLINE", self.deadline), ("CONNECT", self.connect)):
            if not (isfinite(seconds) and 0 < seconds <= 86_400):
                raise ModelError(
                    f"CHUNCHENG_MODEL_{name} must be seconds above 0 and at most a day: {seconds}"
                )

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str],
        *,
        url: str | None = None,
        model: str | None = None,
        key: str | None = None,
        deadline: float | None = None,
        connect: float | None = None,
    ) -> Settings:
        """CHUNCHENG_MODEL_URL (…/v1), CHUNCHENG_MODEL, …_KEY, …_DEADLINE, …_CONNECT; arguments win. Raises ModelError."""
        return cls(
            (url or environ.get("CHUNCHENG_MODEL_URL", "")).strip(),
            (model or environ.get("CHUNCHENG_MODEL", "")).strip(),
            (key or environ.get("CHUNCHENG_MODEL_KEY", "")).strip() or None,
            _seconds(environ, "CHUNCHENG_MODEL_DEADLINE", DEADLINE) if deadline is None else deadline,
            _seconds(environ, "CHUNCHENG_MODEL_CONNECT", CONNECT) if connect is None else connect,
        )

    @property
    def endpoint(self) -> str:
        """The address that questions go to."""
        return f"{self.url.rstrip('/').removesuffix('/chat/completions')}/chat/completions"


def _check_url(url: str) -> None:
    """Raises ModelError; the address isn't repeated, for a key may stand in it."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not url.isprintable() or " " in url:
        raise ModelError("CHUNCHENG_MODEL_URL is no web address; expected one like http://127.0.0.1:8080/v1")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ModelError(
            "CHUNCHENG_MODEL_URL holds more than an address; a key goes into CHUNCHENG_MODEL_KEY"
        )


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    given = environ.get(name, "").strip()
    try:
        return float(given) if given else default
    except ValueError as error:
        raise ModelError(f"{name} is no number of seconds: {given}") from error
