"""Short forms of a name that nobody wrote down with the thing, but that people will type: 市工信局, 高新区.

From the lexicon of bodies, the gazetteer, and `short_forms.toml`. They help finding, and stand nowhere in the data.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from loaders.gazetteer import Gazetteer, Place
from loaders.lexicon import table as lexicon_table

from .forms import has_han

_LEVELS = "省市州区县"
_LONGEST = 40  # characters of a name that is shortened
_MOST = 24  # short forms of one name


@lru_cache(maxsize=4096)
def short_forms(name: str) -> tuple[str, ...]:
    """What else a Chinese name may be called, without the name itself; none for a name too long to be one."""
    if not 3 <= len(name) <= _LONGEST or not has_han(name):
        return ()
    # A place of the gazetteer has there what it is called.
    found = dict.fromkeys(_of_place(name) if _places(name) else (*_of_body(name), *_by_words(name)))
    return tuple(form for form in found if len(form) >= 2 and form != name)[:_MOST]


def _of_place(name: str) -> Iterator[str]:
    for place in _places(name):
        yield from place.aliases
        if place.kind != "FunctionalZone":
            yield place.short
        yield place.name


def _places(name: str) -> list[Place]:
    """The places of that name, where they are so few that it tells them."""
    found = Gazetteer.default().by_name.get(name, [])
    return found if len(found) == 1 else []


def _of_body(name: str) -> Iterator[str]:
    """昆明市工业和信息化局: 昆明市工信局, 昆明工信局, 市工信局, 工信局; 中共昆明市委员会: 昆明市委, 市委."""
    plain = name.removeprefix("中共")
    for full, shorts in _bodies().items():
        where = plain.removesuffix(full)
        if where == plain or not where or len(where) > 12:
            continue
        for short in shorts:
            yield f"{where}{short}"
            yield f"{_stem(where)}{short}"
            if where[-1] in _LEVELS:
                yield f"{where[-1]}{short}"
            if len(short) >= 2:
                yield short
        yield f"{_stem(where)}{full}"
        if where[-1] in _LEVELS:
            yield f"{where[-1]}{full}"


def _stem(where: str) -> str:
    """昆明市: 昆明."""
    places = _places(where)
    return places[0].short if places else where[:-1] if where[-1] in _LEVELS and len(where) > 2 else where


def _by_words(name: str) -> Iterator[str]:
    """Long words for short ones, and the place's level left out: 云南师范大学: 云南师大."""
    left_out, words = _table()
    without = name
    for word in left_out:
        without = without.replace(word, "")
    shortened = without
    for long, short in words:
        shortened = shortened.replace(long, short)
    for form in (without, shortened):
        yield form
        for level in "省市":
            at = form.find(level, 2, 6)
            if at > 0 and at + 2 < len(form):
                yield form[:at] + form[at + 1 :]


@cache
def _bodies() -> dict[str, list[str]]:
    """Full form of a body without its place: its short forms."""
    entities = lexicon_table("entities")
    found: dict[str, list[str]] = defaultdict(list)
    for group in ("department", "party"):
        for short, full in entities[group].items():
            found[full] += [short] if short != full else []
    found["人民政府"].append("政府")
    found["人民政府办公室"].append("政府办")
    found["人民政府办公厅"].append("政府办公厅")
    found["人民代表大会常务委员会"].append("人大常委会")
    return dict(found)


@cache
def _table() -> tuple[list[str], list[tuple[str, str]]]:
    """Words that are left out, and long words with their short ones, the longest first."""
    with Path(__file__).with_name("short_forms.toml").open("rb") as file:
        table = tomllib.load(file)
    words: dict[str, str] = table["words"]
    return table["left_out"]["words"], sorted(words.items(), key=lambda pair: -len(pair[0]))
