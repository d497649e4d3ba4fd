"""The web as of a day: `?asof=`, and datetime negotiation by RFC 7089 (Memento).

Every page, document and answer that follows from the data is its own TimeGate: with `Accept-Datetime` it answers as of the last day
of publication until then (200, section 4.1.2), and names the address of that memento in Content-Location. A memento's address is the
resource's with `?asof=` and a day; what was published on a day is known from its 00:00 GMT on. Days before the first publication lead
to the first, as section 4.5.3 wants it of datetimes; `?asof=` with such a day shows what was known then, which is nothing dated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from graph.publication import Publications
from server.json_ld import CONTEXT_PATH
from server.problem import Problem
from server.protocol import Request, Response, decode_parameters, form_parameters

PARAMETER = "asof"
HEADER = "accept-datetime"
TIME_MAP = "/timemap/link/"
_TIMELESS = (
    "/static/",
    "/changes",
    "/health",
    "/metrics",
    "/limits",
    "/openapi.json",
    CONTEXT_PATH,
    TIME_MAP,
)
_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?")
_PATH_SAFE = "/:@!$&'()*+,;=-._~%"
_OWN_TARGET = re.compile(r"<(/(?!static/|limits|openapi)[^<>\s]*)>(?=; rel=\"(?:alternate|self)\")")


def is_of_time(path: str) -> bool:
    """Whether what is at a path follows from the data, so that it has a past."""
    return not path.startswith(_TIMELESS)


def asked_day(request: Request) -> str | None:
    """The day that `asof` names in the address or in a form, None where it names none; raises Problem 400 for several.

    A date and time stands for its day. Whether it is a day of the calendar is for others to say.
    """
    if not request.body and PARAMETER not in request.parameters:
        return None
    found: list[str] = []
    if PARAMETER in request.parameters:
        found += [value for name, value in decode_parameters(request.parameters) if name == PARAMETER]
    found += [value for name, value in form_parameters(request) if name == PARAMETER]
    days = {value.strip() for value in found} - {""}
    if len(days) > 1:
        raise Problem(
            400, f"a request is as of one day, this one names {len(days)}: {', '.join(sorted(days))}"
        )
    for day in days:
        moment = _DATE_TIME.fullmatch(day)
        return moment[1] if moment else day
    return None


def negotiated_day(accept_datetime: str, publications: Publications | None) -> str | None:
    """The day of the memento that Accept-Datetime leads to, None where nothing is dated; raises Problem 400 (section 4.5.3)."""
    try:
        asked = parsedate_to_datetime(accept_datetime)
    except ValueError:
        raise Problem(
            400,
            f"Accept-Datetime: {accept_datetime!r} is no date: write it as in Mon, 22 Jan 2024 00:00:00 GMT",
        ) from None
    if publications is None or not publications.days:
        return None
    day = asked.astimezone(UTC).date().isoformat()
    return publications.latest(day) or publications.days[0]


def http_date(day: str) -> str:
    """The beginning of a day as HTTP writes it."""
    return format_datetime(datetime.combine(date.fromisoformat(day), time(), UTC), usegmt=True)


def at(address: str, day: str) -> str:
    """An address of ours as of a day; one that names a day already stays."""
    bare, hash_, fragment = address.partition("#")
    path, mark, parameters = bare.partition("?")
    if any(part.startswith(f"{PARAMETER}=") for part in parameters.split("&")):
        return address
    joined = f"{path}?{parameters}&" if mark and parameters else f"{path}?"
    return f"{joined}{PARAMETER}={day}{hash_}{fragment}"


def original(url: str, parameters: str) -> str:
    """The address of the resource itself: without a day."""
    kept = [part for part in parameters.split("&") if part and not part.startswith(f"{PARAMETER}=")]
    return url + (f"?{'&'.join(kept)}" if kept else "")


def links(address: str, days: Sequence[str], shown: str | None) -> str:
    """The Link header of a resource, or of its memento of the day of publication `shown` (section 2.2)."""
    origin, path = _split(address)
    found = [
        f'<{address}>; rel="original timegate"',
        f'<{origin}{TIME_MAP}{path.removeprefix("/")}>; rel="timemap"; type="application/link-format"',
    ]
    if shown is not None and days:
        found += _memento_links(address, days, shown)
    return ", ".join(found)


def _memento_links(address: str, days: Sequence[str], shown: str) -> list[str]:
    place = next((number for number, day in enumerate(days) if day >= shown), len(days))
    is_listed = place < len(days) and days[place] == shown
    following = place + 1 if is_listed else place
    rels: dict[str, list[str]] = {}
    rels.setdefault(days[0], []).append("first")
    rels.setdefault(days[-1], []).append("last")
    if place > 0:
        rels.setdefault(days[place - 1], []).append("prev")
    if following < len(days):
        rels.setdefault(days[following], []).append("next")
    if is_listed:
        rels.setdefault(shown, [])
    return [
        f'<{at(address, day)}>; rel="{" ".join([*rels[day], "memento"])}"; datetime="{http_date(day)}"'
        for day in sorted(rels)
    ]


def time_map(address: str, days: Sequence[str]) -> Response:
    """All mementos of a resource as application/link-format (RFC 6690, RFC 7089 section 5)."""
    origin, path = _split(address)
    own = f"{origin}{TIME_MAP}{path.removeprefix('/')}"
    extent = f'; from="{http_date(days[0])}"; until="{http_date(days[-1])}"' if days else ""
    lines = [
        f'<{address}>; rel="original timegate"',
        f'<{own}>; rel="self"; type="application/link-format"{extent}',
    ]
    for number, day in enumerate(days):
        rels = [name for name, holds in (("first", number == 0), ("last", number == len(days) - 1)) if holds]
        lines.append(
            f'<{at(address, day)}>; rel="{" ".join([*rels, "memento"])}"; datetime="{http_date(day)}"'
        )
    body = ",\n".join(lines) + "\n"
    return Response(200, {"Content-Type": "application/link-format; charset=utf-8"}, body.encode())


def mapped_path(path: str) -> str:
    """The path whose TimeMap is asked for: after /timemap/link/ comes a path of ours or a whole address."""
    rest = path.removeprefix(TIME_MAP)
    whole = re.fullmatch(r"https?:/{1,2}[^/]+(/.*)?", rest)
    return (whole[1] or "/") if whole else f"/{rest}"


def label(
    response: Response, request: Request, publications: Publications | None, shown: tuple[str, str] | None
) -> Response:
    """The response with what Memento wants to be said; `shown` is the day asked for and the day of publication that it shows."""
    headers = dict(response.headers)
    if "Accept-Datetime" not in headers.get("Vary", ""):
        headers["Vary"] = ", ".join(filter(None, [headers.get("Vary"), "Accept-Datetime"]))
    days = publications.days if publications is not None else ()
    day, published = shown or (None, None)
    if day is not None:
        for name in ("Location", "Content-Location"):
            if headers.get(name, "").startswith("/"):
                headers[name] = at(headers[name], day)
        if "Link" in headers:
            headers["Link"] = _OWN_TARGET.sub(lambda found: f"<{at(found[1], day)}>", headers["Link"])
        if response.status in (200, 206, 304):
            headers["Memento-Datetime"] = http_date(published or day)
            if "asof=" not in request.parameters:
                headers.setdefault(
                    "Content-Location",
                    at(original(quote(request.path, safe=_PATH_SAFE), request.parameters), day),
                )
    if request.method in ("GET", "HEAD") and response.status < 400 and days:
        own = links(original(request.url, request.parameters), days, published if shown else None)
        headers["Link"] = ", ".join(filter(None, [headers.get("Link"), own]))
    return response._replace(headers=headers)


def _split(address: str) -> tuple[str, str]:
    """Scheme and host, and the rest of an address."""
    found = re.match(r"(https?://[^/]*)(.*)", address)
    assert found is not None
    return found[1], found[2] or "/"
