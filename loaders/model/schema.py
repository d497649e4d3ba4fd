"""The contract's JSON Schema: as it is sent along with a question, and as answers are held against it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

from ..text import fold
from .report import ModelError, Tally

Item = dict[str, Any]
_HALF = re.compile("[\ud800-\udfff]")
_SIZES = frozenset({"$schema", "minLength", "maxLength", "maxItems", "minimum"})


@cache
def schema() -> dict[str, Any]:
    """The whole schema (draft 2020-12)."""
    text = files(__package__).joinpath("contract.schema.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


@cache
def asked_schema() -> dict[str, Any]:
    """The schema without limits of size: strict endpoints refuse them, and llama.cpp makes grammars of them that it can't read."""
    bare: dict[str, Any] = _without_sizes(schema())
    return bare


def _without_sizes(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _without_sizes(value) for key, value in part.items() if key not in _SIZES}
    return part


def read_answer(content: str) -> Any:
    """The JSON of an answer, also where it stands in a ```-fence; raises ModelError."""
    for text in (content, _fenced(content)):
        try:
            return json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError):
            continue
    raise ModelError("the model's answer is no JSON")


def _fenced(content: str) -> str:
    start, end = content.find("```"), content.rfind("```")
    return content[start + 3 : end].removeprefix("json") if 0 <= start < end else ""


def _refuse(constant: str) -> None:
    raise ValueError(f"no JSON: {constant}")  # NaN and Infinity are Python's, not JSON's


def fitting(answer: Any, tally: Tally) -> dict[str, list[Item]]:
    """The answer's facts that fit the schema, by group; the others are counted. Raises ModelError where it is no groups of facts.

    A field that may be null may be left out. Of more facts than the schema allows the first ones are taken.
    """
    groups = schema()["properties"]
    if not isinstance(answer, dict) or not all(isinstance(answer.get(g, []), list) for g in groups):
        raise ModelError("the model's answer holds no groups of facts")
    kept: dict[str, list[Item]] = {}
    for group, shape in groups.items():
        items = answer.get(group, [])
        if len(items) > shape["maxItems"]:
            tally.dropped["beyond the most facts of an answer"] += len(items) - shape["maxItems"]
        kept[group] = list(_valid(items[: shape["maxItems"]], group, tally))
    return kept


def _valid(items: list[Any], group: str, tally: Tally) -> Iterator[Item]:
    nullable, validator = _nullable(group), _validator(group)
    for item in items:
        whole = nullable | _trimmed(item, nullable) if isinstance(item, dict) else item
        if validator.is_valid(whole) and all(_is_plain(name, value) for name, value in whole.items()):
            yield whole
        else:
            tally.dropped["doesn't fit the schema"] += 1


def _trimmed(item: Item, nullable: Mapping[str, Any]) -> Item:
    """Without blanks around words; a blank field that may be null is null."""
    trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in item.items()}
    return {name: None if value == "" and name in nullable else value for name, value in trimmed.items()}


def _is_plain(name: str, value: Any) -> bool:
    """No halves of surrogate pairs, which no file takes; no control characters, which deceive readers, in what is kept."""
    if not isinstance(value, str):
        return True
    return not _HALF.search(value) and (name == "quote" or fold(value).isprintable())


@cache
def _validator(group: str) -> Draft202012Validator:
    return Draft202012Validator(schema()["properties"][group]["items"])


@cache
def _nullable(group: str) -> dict[str, Any]:
    fields = schema()["properties"][group]["items"]["properties"]
    return {
        name: None
        for name, shape in fields.items()
        if "null" in shape.get("type", ()) or None in shape.get("enum", ())
    }
