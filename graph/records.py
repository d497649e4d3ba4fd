"""Records of facts and shards as bytes, for other processes and for later builds."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from typing import IO, Any

_PROTOCOL = 5


class RecordError(ValueError):
    """Bytes that are no record of ours."""


def record_of(record: object) -> bytes:
    """The record as bytes; they may be put one behind the other."""
    return pickle.dumps(record, _PROTOCOL)


def read_record(data: bytes) -> Any:
    """The record; raises RecordError."""
    return next(read_records(io.BytesIO(data)), None)


def read_records(file: IO[bytes]) -> Iterator[Any]:
    """Records that stand one behind the other in a buffered file; raises RecordError."""
    while True:
        try:
            yield _Unpickler(file).load()
        except EOFError:
            return
        except (pickle.UnpicklingError, AttributeError, TypeError, ValueError) as error:
            raise RecordError(str(error)) from error


class _Unpickler(pickle.Unpickler):
    """Reads records of facts and shards, and can call nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _RECORDS:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no record of a shard")


_RECORDS = frozenset(
    {
        ("graph.shard", "Shard"),
        ("loaders.correction.apply", "Problem"),
        ("loaders.identity.role", "Role"),
        ("loaders.identity.sighting", "Sighting"),
        *(
            ("loaders.facts", name)
            for name in (
                "Article",
                "Entity",
                "Extraction",
                "Holding",
                "PhaseReport",
                "Relation",
                "Source",
                "Span",
                "Statement",
                "Succession",
                "Unread",
            )
        ),
    }
)
