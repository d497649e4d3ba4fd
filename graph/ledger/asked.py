"""The queries beside this module, asked of a store."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple, cast

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions, Store

from ontology.errors import ChunchengError

from ..memory import trim

_FOLDER = Path(__file__).parent
#: Days after a deadline in which its result is usually reported: the congress meets in January and February.
REPORTING_DAYS = 90


class LedgerError(ChunchengError):
    """The ledger can't be told, for example as of something that is no day."""


@cache
def query_text(name: str) -> str:
    """The SPARQL of `{name}.rq`, parameters as `$name`."""
    return (_FOLDER / f"{name}.rq").read_text(encoding="utf-8")


class Standing(NamedTuple):
    """How a target stands, and by what: a solution of `status.rq`, each value as it is written."""

    target: str
    status: str
    because: str
    reconciliation: str | None
    result: str | None
    measured: str | None
    joint: str | None
    computed: str | None
    reported: str | None
    elapsed: str | None


#: The variables of `status.rq`, in the order of the fields
_STANDING = (
    "target", "status", "because", "reconciliation", "resultValue", "measured", "joint", "computed", "reported", "elapsed",
)  # fmt: skip


class Asked:
    """A store with the day that questions are asked for; `undated` lets articles without a date count.

    Without `as_of` the day is that of the data: of its latest article or, if later, the last of its latest result.
    Where the default graph holds nothing, the merge of all graphs answers instead. `standings` is how targets stand where that has been
    asked already, of the same data for the same day. Raises LedgerError for what is no ISO date.
    """

    def __init__(
        self, store: Store, as_of: str | None, *, undated: bool, standings: Sequence[Standing] | None = None
    ) -> None:
        self.store, self.undated, self._standings = store, undated, standings
        anything = store.query("ASK { ?s ?p ?o }")
        self._union = not bool(cast(QueryBoolean, anything))
        self.day = _parsed(as_of) if as_of is not None else self._data_day()

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        """Solutions of the query, the text of each bound term by its variable."""
        yield from self._solutions(name)
        trim()  # what a query over everything has joined takes as much again as what is kept of its rows

    def _solutions(self, name: str) -> Iterator[dict[str, str]]:
        overdue = self.day - timedelta(days=REPORTING_DAYS)
        text = query_text(name)
        for parameter, value in (
            ("$asOf", f'"{self.day}"^^<http://www.w3.org/2001/XMLSchema#date>'),
            ("$overdueBefore", f'"{overdue}"^^<http://www.w3.org/2001/XMLSchema#date>'),
            ("$undated", "true" if self.undated else "false"),
        ):
            text = text.replace(parameter, value)
        solutions = cast(QuerySolutions, self.store.query(text, use_default_graph_as_union=self._union))
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            row = {}
            for variable in names:
                term = solution[variable]
                if isinstance(term, Literal):
                    row[variable] = term.value
                    if term.language:
                        row[f"{variable}@"] = term.language
                elif isinstance(term, NamedNode):
                    row[variable] = sys.intern(term.value)  # most name the same few things
            yield row

    @property
    def standings(self) -> Sequence[Standing]:
        """How each target stands, asked once: it takes the most of all that is asked."""
        if self._standings is None:
            self._standings = [
                Standing._make(kept_once(row.get(name)) for name in _STANDING) for row in self.rows("status")
            ]
        return self._standings

    def _data_day(self) -> date:
        text = query_text("data_day")
        solutions = cast(QuerySolutions, self.store.query(text, use_default_graph_as_union=self._union))
        for solution in solutions:
            if isinstance(found := solution["day"], Literal):
                return _parsed(found.value)
        return date(1970, 1, 1)  # nothing is dated: nothing is due


def kept_once(value: str | None) -> str | None:
    """The value, of which there may be many, as the one of all that are equal."""
    return None if value is None else sys.intern(value)


def _parsed(day: str) -> date:
    try:
        found = date.fromisoformat(day)
    except ValueError as error:
        raise LedgerError(f"{day!r} is no day: write it as in 2024-01-22") from error
    if found.year < 1000:
        raise LedgerError(f"{day!r}: years before 1000 can't be asked for")
    return found
