"""How much points to a thing, of which what is found stands nearer to the front."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ontology.terms import CCL

from ..lines import sort_file

_WITHIN = f"<{CCL.within}>".encode()
_PART_OF_PLACE = 0.02


@contextmanager
def count_links(plain: Path) -> Iterator[Callable[[str], float]]:
    """Tells how many quads of a file of sorted N-Quads point to a thing; to be asked of things in the byte order of their IRIs.

    What lies in a place counts little: a gazetteer has more to say of the country than the articles speak of. Memory doesn't grow
    with the data: what is pointed to is put in order on disk, beside the file.
    """
    with tempfile.TemporaryDirectory(dir=plain.parent, prefix="links-") as folder:
        pointed, ordered = Path(folder, "pointed"), Path(folder, "ordered")
        with plain.open("rb") as lines, pointed.open("wb") as out:
            out.writelines(_pointed(lines))
        sort_file(pointed, ordered, each_once=False)
        pointed.unlink()
        with ordered.open("rb") as found:
            counts = _counts(found)
            at, count = next(counts, (b"", 0.0))

            def links(iri: str) -> float:
                nonlocal at, count
                asked = f"<{iri}>".encode()
                while at and at < asked:
                    at, count = next(counts, (b"", 0.0))
                return count if at == asked else 0.0

            yield links


def _pointed(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        _, predicate, object_, _ = line.split(b" ", 3)
        if object_.startswith(b"<") and not object_.startswith(b"<<"):
            yield object_ + (b" within\n" if predicate == _WITHIN else b" \n")


def _counts(found: Iterator[bytes]) -> Iterator[tuple[bytes, float]]:
    for pointed, how in itertools.groupby(found, key=lambda line: line.partition(b" ")[0]):
        yield pointed, sum(_PART_OF_PLACE if line.endswith(b"within\n") else 1.0 for line in how)
