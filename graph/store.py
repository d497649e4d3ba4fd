"""The Oxigraph store of a snapshot: loaded once by its bulk loader, then only read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store, parse


def load(store: Store, lines: Path, format: RdfFormat = RdfFormat.N_QUADS, *, blank_nodes: bool) -> None:
    """Adds the quads of a file of N-Quads or N-Triples lines by the bulk loader.

    Read by the store itself, in all threads, unless the file holds `blank_nodes`: those it would name anew, and then dump and store
    would disagree.
    """
    if not lines.stat().st_size:
        return
    if blank_nodes:
        store.bulk_extend(parse(path=str(lines), format=format))
    else:
        store.bulk_load(path=str(lines), format=format)


def write_graphs(store: Store, graphs: Iterable[str], target: Path) -> None:
    """Writes the quads of some named graphs as N-Quads lines, in the order of the store."""
    scratch = target.with_name(f"{target.name}.triples")
    with target.open("wb") as out:
        for name in graphs:
            graph = NamedNode(name)
            store.dump(str(scratch), format=RdfFormat.N_TRIPLES, from_graph=graph)
            end = f" {graph} .\n".encode()
            with scratch.open("rb") as triples:
                out.writelines(line.removesuffix(b" .\n") + end for line in triples)
    scratch.unlink(missing_ok=True)
