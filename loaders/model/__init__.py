"""A reader that asks a language model, and believes nothing that isn't in the text. Off unless it is configured."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..reader import Reader
from .report import ModelError, Report

__all__ = ["ModelError", "Report", "reader_from_environment"]


def reader_from_environment(
    environ: Mapping[str, str],
    *,
    url: str | None = None,
    model: str | None = None,
    key: str | None = None,
    deadline: float | None = None,
    connect: float | None = None,
    on_report: Callable[[Report], None] | None = None,
) -> Reader | None:
    """The reader that CHUNCHENG_MODEL_URL and its fellows configure, or None where no address is given.

    Arguments win over the environment; both times are in seconds. `on_report` hears of each article what was dropped and why;
    without it the report is logged. Raises ModelError where the configuration is wrong or the extra `model` isn't installed.
    """
    if not (url or environ.get("CHUNCHENG_MODEL_URL")):
        return None
    try:
        from .client import Client
        from .reading import ModelReader
        from .settings import Settings
    except ImportError as error:
        raise ModelError("the model reader needs more packages: pip install 'chuncheng[model]'") from error
    settings = Settings.from_environment(
        environ, url=url, model=model, key=key, deadline=deadline, connect=connect
    )
    ask = Client(settings).ask
    return ModelReader(ask, settings.model, on_report) if on_report else ModelReader(ask, settings.model)
