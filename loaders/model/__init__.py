"""A reader that asks a language model, and believes nothing that isn't in the text. Off unless it is configured."""

from __future__ import annotations

from collections.abc import Mapping

from ontology.errors import ChunchengError

from ..reader import Reader


def reader_from_environment(environment: Mapping[str, str]) -> Reader | None:
    """The reader that CHUNCHENG_MODEL_URL and its fellows configure, or None where no URL is set.

    Raises ChunchengError where the configuration is wrong or the extra `model` isn't installed.
    """
    url = environment.get("CHUNCHENG_MODEL_URL")
    if not url:
        return None
    try:
        from .client import Endpoint
        from .reading import ModelReader
    except ImportError as error:
        raise ChunchengError(
            "the model reader needs more packages: pip install 'chuncheng[model]'"
        ) from error
    return ModelReader(Endpoint.from_environment(environment))
