"""What the server runs with, all of it in one place: defaults, a TOML file, and `CHUNCHENG_…` in the environment.

Each setting is a field here; its name in capitals behind `CHUNCHENG_` is its name in the environment, which wins
over the file. `describe()` is what `/limits` and `docs/endpoint.md` show.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

from graph.processors import processors
from ontology.errors import ChunchengError

MEBIBYTE = 1024 * 1024
InMemory: TypeAlias = Literal["auto", "all", "default", "none"]


class SettingsError(ChunchengError):
    """A setting that doesn't exist or can't have that value; names the file or the variable."""


def _setting(default: Any, meaning: str, *, least: float | None = None) -> Any:
    return field(default=default, metadata={"meaning": meaning, "least": least})


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of what a client may ask for; sizes are bytes, times are seconds."""

    query_bytes: int = _setting(32 * 1024, "length of a query in UTF-8", least=1)
    nesting: int = _setting(64, "brackets open at the same time in a query", least=1)
    triple_patterns: int = _setting(200, "triple patterns of a query, each step of a path being one", least=1)
    body_bytes: int = _setting(256 * 1024, "length of a request's body", least=1)
    deadline: float = _setting(10.0, "seconds of evaluation where the request names no timeout", least=0.05)
    max_deadline: float = _setting(30.0, "seconds of evaluation that `timeout=` may ask for", least=0.05)
    memory_bytes: int = _setting(
        512 * MEBIBYTE, "memory of a query above that of the snapshot", least=16 * MEBIBYTE
    )
    result_bytes: int = _setting(256 * MEBIBYTE, "length of an answer before compression", least=1)
    result_rows: int = _setting(1_000_000, "rows or triples of an answer", least=1)
    queue: int = _setting(64, "queries that may wait for a worker", least=0)
    queue_seconds: float = _setting(5.0, "seconds that a query may wait for a worker", least=0)
    client_budget: float = _setting(
        60.0, "seconds of evaluation that one client gets in a minute; 0 for no metering", least=0
    )
    service_calls: int = _setting(8, "SERVICE calls of a query", least=1)
    service_rows: int = _setting(10_000, "rows of a SERVICE call's answer", least=1)
    service_bytes: int = _setting(8 * MEBIBYTE, "length of a SERVICE call's answer", least=1)
    transfer_seconds: float = _setting(300.0, "seconds that a client may take to read an answer", least=1)
    spool_bytes: int = _setting(
        2048 * MEBIBYTE, "answers that wait on disk for their clients, in all", least=MEBIBYTE
    )
    views: int = _setting(3, "days of publication of the past that are ready to answer at a time", least=1)
    view_bytes: int = _setting(
        4096 * MEBIBYTE, "views of the past on disk, in all; 0 for the present alone", least=0
    )
    view_seconds: float = _setting(
        60.0, "seconds that a request waits while a view of the past is made", least=0
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """What the server runs with."""

    limits: Limits = Limits()
    workers: int = _setting(max(2, processors()), "long queries evaluated at the same time", least=1)
    quick_workers: int = _setting(2, "further workers kept for queries that end within the quantum", least=0)
    quantum: float = _setting(0.05, "seconds after which a query counts as a long one", least=0.01)
    lanes: int = _setting(
        processors(),
        "processes that answer by themselves over connections on which one quick query follows the other; 0 for none",
        least=0,
    )
    in_memory: InMemory = _setting(
        "auto",
        "which graphs are held in memory: all, the default graph, none; auto decides by size",
    )
    store: str = _setting(
        "",
        "address of a store that a snapshot was published into, to answer from in place of the embedded one",
    )
    cache_bytes: int = _setting(64 * MEBIBYTE, "answers kept for the next who asks; 0 for none", least=0)
    page_threads: int = _setting(4, "pages made at the same time", least=1)
    services: tuple[str, ...] = _setting((), "endpoints that SERVICE may name; none switches SERVICE off")
    trusted_proxies: tuple[str, ...] = _setting(
        (), "addresses or networks whose X-Forwarded-For, -Proto and -Host are believed"
    )
    undated: bool = _setting(
        True, "whether articles without a date of publication are known on every day of the past"
    )
    views_folder: str = _setting("", "folder for views of the past; `views` in the data folder if empty")
    hosts: tuple[str, ...] = _setting((), "host names that are answered; none for any")
    log: str = _setting("stderr", "where the log of queries goes: stderr, stdout, off or a file")
    log_queries: bool = _setting(False, "whether the log holds the queries' texts")
    spool: str = _setting(
        "",
        "folder for answers on their way; the system's own for temporary files if empty. What killed servers left there goes with the next start",
    )


def load_settings(file: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from a TOML file and the environment, which wins; raises SettingsError.

    The file has the settings at its top level and those of Limits in a table `[limits]`. Without a file given,
    CHUNCHENG_CONFIG may name one.
    """
    environment = os.environ if environment is None else environment
    if file is None and environment.get("CHUNCHENG_CONFIG"):
        file = Path(environment["CHUNCHENG_CONFIG"])
    given = _read_file(file) if file else {}
    limits_given = given.pop("limits", {})
    if not isinstance(limits_given, dict):
        raise SettingsError(f"{file}: limits is a table: write [limits] above its settings")
    limits = _fill(Limits(), limits_given, environment, f"{file}, [limits]")
    settings: Settings = replace(_fill(Settings(), given, environment, str(file)), limits=limits)
    _check(settings)
    return settings


def describe(part: Limits | Settings) -> Iterator[tuple[str, Any, str]]:
    """Name, value and meaning of each setting."""
    for own in fields(part):
        if own.name != "limits":
            yield own.name, getattr(part, own.name), own.metadata["meaning"]


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: can't be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from error


def _fill(part: Any, given: dict[str, Any], environment: Mapping[str, str], where: str) -> Any:
    kinds = get_type_hints(type(part))
    known = {own.name: own for own in fields(part) if own.name != "limits"}
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        raise SettingsError(f"{where}: no such setting: {unknown[0]}; there are: {', '.join(known)}")
    values = {}
    for name, own in known.items():
        variable = f"CHUNCHENG_{name.upper()}"
        if environment.get(variable, "") != "":
            values[name] = _convert(environment[variable], kinds[name], own, variable)
        elif name in given:
            values[name] = _convert(given[name], kinds[name], own, f"{where}: {name}")
    return replace(part, **values)


def _convert(value: Any, kind: Any, own: Any, where: str) -> Any:
    """The value as the kind that the setting has: text from the environment, typed from a file."""
    wrong = SettingsError(f"{where}: {value!r} can't be; it is the {own.metadata['meaning']}")
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise SettingsError(f"{where}: {value!r} can't be; choose one of {', '.join(get_args(kind))}")
        return value
    if get_origin(kind) is tuple:
        parts = value.replace(",", " ").split() if isinstance(value, str) else value
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            raise wrong
        return tuple(parts)
    if kind is bool:
        if isinstance(value, bool):
            return value
        if str(value).lower() not in ("1", "0", "true", "false", "yes", "no"):
            raise wrong
        return str(value).lower() in ("1", "true", "yes")
    if kind is str:
        if not isinstance(value, str):
            raise wrong
        return value
    return _number(value, kind, own, wrong, where)


def _number(value: Any, kind: Any, own: Any, wrong: SettingsError, where: str) -> Any:
    if isinstance(value, bool):
        raise wrong
    try:
        number = kind(value)
    except (TypeError, ValueError):
        raise wrong from None
    least = own.metadata["least"]
    if number != number or number in (float("inf"), float("-inf")):
        raise wrong
    if least is not None and number < least:
        raise SettingsError(f"{where}: {value} is too small, the least is {least}: {own.metadata['meaning']}")
    return number


def _check(settings: Settings) -> None:
    limits = settings.limits
    if limits.deadline > limits.max_deadline:
        raise SettingsError(
            f"deadline ({limits.deadline} s) is longer than max_deadline ({limits.max_deadline} s)"
        )
    for proxy in settings.trusted_proxies:
        try:
            ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            raise SettingsError(f"trusted_proxies: {proxy} is no address and no network") from None
    if settings.store and not settings.store.startswith(("http://", "https://")):
        raise SettingsError(f"store: {settings.store} is no http or https address")
    for service in settings.services:
        if not service.startswith(("http://", "https://")):
            raise SettingsError(f"services: {service} is no http or https address")
