"""Pages as of a day: a banner with a picker of days, and links that stay on that day.

Every page that our templates write is rewritten as it goes out: links to paths of ours get `asof`, forms a hidden field. So no template
needs to know of it, and none can forget it. What is marked `data-timeless` stays as it is. Text in pages is escaped, so what looks
like an attribute here is one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, request
from werkzeug.wrappers import Response

from graph.publication import Publications
from graph.views import today
from server import language, memento
from server.page_context import ENVIRON_KEY, PageContext

_LINK = re.compile(r'(<(?:a|area|link)\b[^>]*? (?:xlink:)?href=")(/(?!static/|/)[^"]*)("[^>]*>)')
_FORM = re.compile(r'<form\b[^>]*? action="/[^"]*"[^>]*>')
_TIMELESS = "data-timeless"
_PATH_SAFE = "/:@!$&'()*+,;=-._~"
_MOST_PARAMETERS = 30  # of a page's address that the picker of days keeps


@dataclass(frozen=True, slots=True)
class AsOf:
    """What the banner shows: the day, if one was asked for, the bounds of the picker, and where it leads."""

    day: str | None
    undated: bool
    has_undated: bool
    first: str | None
    last: str | None
    today: str
    path: str
    parameters: list[tuple[str, str]]

    @property
    def present(self) -> str:
        """This page without a day."""
        return self.path + (f"?{urlencode(self.parameters)}" if self.parameters else "")


def install(app: Flask) -> None:
    """Let templates know the day, and links keep it."""
    app.context_processor(_template_context)
    app.after_request(_keep_day)


def _template_context() -> dict[str, Any]:
    return {"known_on": _as_of()}


def _as_of() -> AsOf | None:
    """None where there is no day to choose: a snapshot of which nothing is dated, or an older one."""
    context: PageContext | None = request.environ.get(ENVIRON_KEY)
    if context is None:
        return None
    publications: Publications | None = context.publications
    past = context.served.past
    if publications is None or (past is None and not publications.days):
        return None
    days = publications.days
    return AsOf(
        past.day if past else None,
        past.undated if past else True,
        bool(publications.undated),
        min(days[0], past.day if past else days[0]) if days else None,
        days[-1] if days else None,
        today(),
        language.localized(quote(request.path, safe=_PATH_SAFE)),
        [(name, value) for name, value in request.args.items(multi=True) if name != memento.PARAMETER][
            :_MOST_PARAMETERS
        ],
    )


def _keep_day(response: Response) -> Response:
    context: PageContext | None = request.environ.get(ENVIRON_KEY)
    past = context.served.past if context else None
    if past is None or response.mimetype != "text/html" or response.status_code == 304:
        return response
    response.set_data(keep_day(response.get_data(as_text=True), past.day))
    return response


def keep_day(page: str, day: str) -> str:
    """The page with its links to paths of ours, and its forms, as of the day."""

    def link(found: re.Match[str]) -> str:
        if _TIMELESS in found[0]:
            return found[0]
        kept = memento.at(unescape(found[2]), day)
        return f"{found[1]}{escape(kept, quote=True)}{found[3]}"

    def form(found: re.Match[str]) -> str:
        if _TIMELESS in found[0]:
            return found[0]
        return f'{found[0]}<input type="hidden" name="{memento.PARAMETER}" value="{day}">'

    return _FORM.sub(form, _LINK.sub(link, page))
