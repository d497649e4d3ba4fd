"""In which language a page is: by the URL (`/zh/…`, `/en/…`), else by what the reader's browser asks for.

RFC 9110 section 12.5.4 (Accept-Language); Chinese for whoever names neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast
from urllib.parse import quote

from flask import Flask, request
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Language: TypeAlias = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
#: What the attribute `lang` and the header Content-Language say.
TAGS: dict[Language, str] = {"zh": "zh-Hans", "en": "en"}
_ENVIRON_KEY = "chuncheng.language"
_CHOSEN_KEY = "chuncheng.language.chosen"  # for the request: a page asks hundreds of times


class LanguagePrefix:
    """Takes the language off the front of a path, before anything is routed by it."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        first, slash, rest = environ["PATH_INFO"].removeprefix("/").partition("/")
        if first in LANGUAGES and slash:
            environ["SCRIPT_NAME"] += f"/{first}"
            environ["PATH_INFO"] = f"/{rest}"
            environ[_ENVIRON_KEY] = first
        return self._application(environ, start_response)


def install(app: Flask) -> None:
    """Let the app answer in both languages, and its templates say everything in the right one."""
    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]
    app.after_request(_label)
    app.context_processor(_template_context)
    app.jinja_env.globals.update(say=say, in_language=in_language, local=localized)


def current() -> Language:
    """The language of the page that is being made."""
    environ = request.environ
    chosen = environ.get(_CHOSEN_KEY)
    if chosen is None:
        chosen = environ.get(_ENVIRON_KEY) or request.accept_languages.best_match(LANGUAGES, "zh")
        environ[_CHOSEN_KEY] = chosen
    return cast(Language, chosen)


def say(chinese: str, english: str) -> str:
    """The one of two wordings that the page is in."""
    return english if current() == "en" else chinese


def localized(path: str) -> str:
    """The path of another page in the language that the URL of this one names, if it names one."""
    named = request.environ.get(_ENVIRON_KEY)
    return f"/{named}{path}" if named and path.startswith("/") else path


def in_language(language: Language) -> str:
    """Path and query of this very page in a language."""
    query = request.query_string.decode("latin-1")
    return f"/{language}{quote(request.path, safe='/:@!$&()*+,;=~-._')}" + (f"?{query}" if query else "")


def _template_context() -> dict[str, Any]:
    language = current()
    return {"language": language, "tag": TAGS[language]}


def _label(response: Response) -> Response:
    if response.mimetype == "text/html" and response.status_code != 304:
        response.content_language.add(TAGS[current()])
        response.vary.add("Accept-Language")
    return response
