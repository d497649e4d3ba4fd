"""What measurements of one run share: corpora and snapshots, built once, and the programs that they are compared with."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from bench.corpus import write_pages
from bench.servers import run


class LeftOutError(Exception):
    """A part that can't be measured here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """What the parts share: sizes, programs, and what has been built."""

    work: Path
    articles: tuple[int, ...]
    jobs: int
    oxigraph: str | None
    virtuoso: str | None
    harness: Path | None
    data: Path | None
    seconds: float  # of load on the endpoint for each question, number of clients and server
    brief: bool

    def built(self, at_most: int | None = None) -> Path:
        """The data folder of the largest snapshot of at most so many articles; built where there is none yet."""
        if self.data and at_most is None:
            return self.data
        sizes = {int(folder.name) for folder in self.work.iterdir() if folder.name.isdigit()} | set(
            self.articles
        )
        fitting = [size for size in sizes if at_most is None or size <= at_most]
        size = max(fitting, default=at_most or max(sizes))
        data = self.work / str(size) / "data"
        if not (data / "current").exists():
            run(
                sys.executable,
                "-m",
                "chuncheng",
                "build",
                self.pages(size),
                "--out",
                data,
                "--jobs",
                self.jobs,
            )
        return data

    def pages(self, size: int) -> Path:
        """The pages of a newspaper of so many articles; written where there are none yet."""
        folder = self.work / str(size) / "pages"
        if not folder.exists():
            write_pages(folder, size)
        return folder

    @property
    def oxigraph_program(self) -> str:
        """Oxigraph's program; raises LeftOutError."""
        if self.oxigraph is None:
            raise LeftOutError("Oxigraph's program isn't here (extra `bench`, or `--oxigraph`)")
        return self.oxigraph
