"""Good and hostile load at the same time, with a hot swap of the snapshot every so often: what goes wrong, and what grows.

    python bench/soak.py [--seconds 1200] [--swap 20] [--data DIR]

Publishes snapshots with known answers in DIR (a temporary folder if none is given), serves them, and publishes another or
rolls back every `--swap` seconds. Each answer has to be that of a snapshot which was served while the request ran. Before
each swap the load pauses and memory and descriptors of all processes of the server are read. Linux only. Exit code 1 for a
wrong answer, a dropped request, a swap that nobody saw, or growth between the first and the last quarter.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gzip
import hashlib
import http.client
import io
import json
import random
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parent.parent))

import brotli
import zstandard

from graph.snapshot import build_snapshot, open_current, prune, rollback
from tests.hostile.watch import Footprint, footprint, wait_until
from tests.server.live import Server, running

BASE = "https://soak.example/"
AREAS, GROUPS = 1500, 20
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
EXPORT = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), '{BASE}id/area/')) }}"
LANES = 2
SETTINGS: dict[str, object] = {
    "client_budget": 0,
    "deadline": 2,
    "max_deadline": 2,
    "memory_bytes": 128 * 1024**2,
    "result_bytes": 32 * 1024**2,
    "result_rows": 200_000,
    "cache_bytes": 4 * 1024**2,  # full before the first look at memory
    "transfer_seconds": 5,
    "workers": 2,
    "lanes": LANES,
}
HOSTILE = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f RAND()",
    "SELECT DISTINCT ?a ?c ?d ?f { ?a ?b ?c . ?d ?e ?f }",
    "SELECT (STRLEN(GROUP_CONCAT(CONCAT(STR(?a), STR(?c)))) AS ?n) { ?a ?b ?c . ?d ?e ?f }",
    "SELECT (STRLEN(?s30) AS ?n) { BIND('x' AS ?s0) "
    + " ".join(f"BIND(CONCAT(?s{n}, ?s{n}) AS ?s{n + 1})" for n in range(30))
    + " }",
    "CONSTRUCT { ?a ?e ?f . ?d ?b ?c } { ?a ?b ?c . ?d ?e ?f }",
    "SELECT * { " + "{" * 200 + "}" * 200 + " }",
    "ASK { " + " . ".join(f"?a{n} ?b{n} ?a{n + 1}" for n in range(180)) + " FILTER(?a0 = <e:none>) }",
    "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "DROP ALL",
    "SELECT * { ?s ?p '",
)
#: One row, after some hundredths of a second.
SLOW_GROUP = "{{ SELECT (COUNT(*) AS ?all) {{ VALUES ?a {{ {0} }} VALUES ?b {{ {0} }} VALUES ?c {{ 1 2 3 4 5 6 7 8 9 }} }} }}".format(
    " ".join(map(str, range(300)))
)
HOSTILE_STATUSES = frozenset({200, 400, 403, 413, 503, 504, 507})
SLOW_ANSWER = "SELECT * { ?s ?p ?o . ?x ?y 'soak' } LIMIT 100000"
#: By which factor, or by how much; what workers keep depends on what each of them was asked last.
MAY_GROW = {
    "resident": (1.2, 50_000_000),
    "lasting": (1.1, 20_000_000),
    "descriptors": (1.0, 2),
    "processes": (1.0, 0),
}
LENT_SECONDS = 15.0  # within which connections have to be lent where nothing else is asked
SEEN_SECONDS = 15.0  # within which a published snapshot has to be served


@dataclass(frozen=True)
class Version:
    """What is known of one snapshot."""

    number: int
    id: str
    export: str  # SHA-256 of the N-Triples about its areas, in order
    dump: str  # SHA-256 of its N-Quads, in order

    def value(self, area: int) -> int:
        """The number that an area has."""
        return area * (self.number + 1)

    def total(self, group: int) -> int:
        """The sum of the numbers of a group's areas."""
        return sum(self.value(area) for area in range(group, AREAS, GROUPS))

    def label(self, area: int) -> str:
        """What an area is called."""
        return f"第{self.number}版第{area}区"


@dataclass
class Period:
    """From when until when a version may have been served."""

    version: Version
    since: float
    until: float = float("inf")


@dataclass
class Score:
    """What became of the requests of one kind."""

    seconds: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)


class Failure(Exception):  # noqa: N818 — says what it is
    """An answer that isn't the right one, or none."""


def lines(number: int) -> list[bytes]:
    """The quads of a version."""
    graph = f"<{BASE}graph/soak>"
    found = []
    for area in range(AREAS):
        subject = f"<{BASE}id/area/{area}>"
        found += [
            f'{subject} <{BASE}value> "{area * (number + 1)}"^^<{INTEGER}> {graph} .\n',
            f"{subject} <{BASE}in> <{BASE}group/{area % GROUPS}> {graph} .\n",
            f'{subject} <{LABEL}> "第{number}版第{area}区"@zh {graph} .\n',
        ]
    found.append(f'<{BASE}soak> <{BASE}is> "soak" {graph} .\n')
    return [line.encode() for line in found]


def digest(statements: bytes) -> str:
    """SHA-256 of N-Triples or N-Quads, in order."""
    return hashlib.sha256(b"\n".join(sorted(statements.strip().split(b"\n")))).hexdigest()


def publish(data: Path, number: int) -> Version:
    """Build and publish a version."""
    quads = lines(number)
    snapshot = build_snapshot(data, iter(quads), base=BASE, reason=False)
    graph = f" <{BASE}graph/soak> .".encode()
    triples = b"\n".join(quad.strip().replace(graph, b" .") for quad in quads[:-1])
    return Version(number, snapshot.id, digest(triples), digest(b"".join(quads)))


class Soak:
    """The load, the swaps and what is counted."""

    def __init__(self, server: Server, data: Path, first: Version) -> None:
        self.server = server
        self.data = data
        self.periods = [Period(first, 0.0)]
        self.known = [first]
        self.scores: dict[str, Score] = defaultdict(Score)
        self.failures: list[str] = []
        self.samples: list[Footprint] = []
        self.swaps = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._go = threading.Event()
        self._busy = 0
        self._kinds: tuple[Callable[[http.client.HTTPConnection, random.Random], None], ...] = (
            self.point, self.point, self.point, self.burst, self.join, self.document, self.page, self.conditional, self.export, self.dump,
        )  # fmt: skip
        self._tags: dict[str, tuple[str, Version]] = {}

    # The frame

    def run(self, seconds: float, swap: float) -> None:
        """Load the server for so long, with a pause for a look and a swap every `swap` seconds."""
        threads = [threading.Thread(target=self._good, args=(number,)) for number in range(4)]
        threads += [threading.Thread(target=self._hostile, args=(number,)) for number in range(3)]
        threads += [threading.Thread(target=self._rude)]
        self._go.set()
        for thread in threads:
            thread.start()
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                time.sleep(min(swap, max(0.1, end - time.monotonic())))
                self._look()
                time.sleep(min(1.0, swap / 4))  # so that the swap comes in the midst of load
                self._swap()
            time.sleep(min(swap, 5))
            self._look()
        finally:
            self._over.set()
            self._go.set()
            for thread in threads:
                thread.join()

    def _look(self) -> None:
        """Pause the load and read what the server's processes take."""
        self._go.clear()
        if not wait_until(lambda: self._busy == 0, 30):
            self._fail("pause", "requests were still not answered after 30 s")
        base = self.samples[0].processes if self.samples else 0
        pid = self.server.process.pid
        wait_until(self._is_quiet, 10)
        self._lend()
        # Files on their way are kept for some seconds, workers that were ended are made anew, old engines ended.
        wait_until(
            lambda: self._is_quiet() and footprint(pid).processes == (base or footprint(pid).processes), 10
        )
        time.sleep(1)
        self.samples.append(footprint(pid))
        self._go.set()

    def _lend(self) -> None:
        """Have connections lent, so that all processes that answer over such are there whenever they are counted."""
        dice = random.Random(len(self.samples))
        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(contextlib.closing(self._connection())) for _ in range(LANES)]

            def are_lent() -> bool:
                for connection in connections * 20:
                    self._new_point(connection, dice)
                return self.server.connections_lent() >= len(connections)

            try:
                if not wait_until(are_lent, LENT_SECONDS):
                    self._fail(
                        "lend",
                        f"not all of {len(connections)} connections were lent within {LENT_SECONDS:g} s",
                    )
            except Failure as failure:
                self._fail("lend", str(failure))

    def _is_quiet(self) -> bool:
        return bool(self._health().get("queries") == {"running": 0, "waiting": 0})

    def _health(self) -> dict[str, Any]:
        """What the server says of its health; it has to be well all the time."""
        reply = self.server.get("/health")
        if reply.status_code != 200:
            self._fail("health", f"{reply.status_code} {reply.text}")
        return dict(reply.json)

    def _swap(self) -> None:
        """Publish another version, in each of the ways that there are, and see it served."""
        before = self.periods[-1]
        way = ("new", "rollback", "again")[self.swaps % 3]
        if way == "rollback":
            coming = next(p.version for p in reversed(self.periods) if p.version.id != before.version.id)
        elif way == "new":
            coming = self._know(max(version.number for version in self.known) + 1)
        else:
            coming = self._know(before.version.number + 1)
        with self._lock:
            self.periods.append(Period(coming, time.monotonic()))
        if way == "rollback":
            rollback(self.data, coming.id)
        elif publish(self.data, coming.number) != coming:
            self._fail("swap", f"version {coming.number} is another one each time that it is built")
        self.swaps += 1
        if not wait_until(lambda: self._health().get("snapshot") == coming.id, SEEN_SECONDS):
            self._fail(
                "swap", f"version {coming.number} is not served {SEEN_SECONDS:g} s after it was published"
            )
        with self._lock:
            before.until = time.monotonic()
        if way == "again":
            prune(self.data, keep=3)

    def _know(self, number: int) -> Version:
        """A version whose answers are known before it is served: built aside if need be."""
        for version in self.known:
            if version.number == number:
                return version
        with tempfile.TemporaryDirectory() as aside:
            self.known.append(publish(Path(aside), number))
        return self.known[-1]

    # Clients

    def _good(self, number: int) -> None:
        dice = random.Random(number)
        connection = self._connection()
        while not self._over.is_set():
            if number % 2:  # every second client has a new connection for each request
                connection.close()
                connection = self._connection()
            ask = dice.choice(self._kinds)
            with self._at_work() as working:
                if not working:
                    continue
                began = time.perf_counter()
                try:
                    ask(connection, dice)
                except Failure as failure:
                    self._fail(ask.__name__, str(failure))
                except (OSError, http.client.HTTPException) as error:
                    self._count(ask.__name__, "dropped")
                    self._fail(ask.__name__, f"no answer: {error!r}")
                    connection.close()
                    connection = self._connection()
                else:
                    self._count(ask.__name__, "right", time.perf_counter() - began)
        connection.close()

    def _hostile(self, number: int) -> None:
        dice = random.Random(100 + number)
        while not self._over.is_set():
            with self._at_work() as working:
                if not working:
                    continue
                text = f"{dice.choice(HOSTILE)} # {dice.random()}"
                try:
                    status = self.server.ask(text, accept="*/*", timeout=30).status_code
                except (OSError, http.client.HTTPException) as error:
                    self._count("hostile", "dropped")
                    self._fail("hostile", f"no answer to {text[:60]}: {error!r}")
                    continue
                self._count("hostile", str(status))
                if status not in HOSTILE_STATUSES:
                    self._fail("hostile", f"{status} for {text[:60]}")

    def _rude(self) -> None:
        """Clients that go away in the middle, of the request, of the evaluation or of the answer."""
        dice = random.Random(1000)
        while not self._over.is_set():
            with self._at_work() as working:
                if not working:
                    continue
                text = f"{dice.choice((HOSTILE[0], SLOW_ANSWER, 'ASK {}'))} # {dice.random()}"
                request = f"GET /sparql?query={quote(text)} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
                with (
                    contextlib.suppress(OSError),
                    socket.create_connection(("127.0.0.1", self.server.port), 10) as own,
                ):
                    own.sendall(request if dice.random() < 0.8 else request[:-10])
                    own.settimeout(dice.choice((0.01, 0.1, 0.6)))
                    for _ in range(dice.randint(0, 5)):
                        own.recv(100)
                self._count("rude", "gone")

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[bool]:
        self._go.wait()
        with self._lock:
            self._busy += 1
        try:
            # The pause may have begun in between.
            yield self._go.is_set() and not self._over.is_set()
        finally:
            with self._lock:
                self._busy -= 1

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)

    def _count(self, kind: str, outcome: str, seconds: float | None = None) -> None:
        with self._lock:
            self.scores[kind].outcomes[outcome] += 1
            if seconds is not None:
                self.scores[kind].seconds.append(seconds)

    def _fail(self, kind: str, what: str) -> None:
        self._count(kind, "wrong")
        with self._lock:
            self.failures.append(f"{time.strftime('%H:%M:%S')} {kind}: {what}")

    # Good requests

    def _get(
        self, connection: http.client.HTTPConnection, path: str, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes, list[Version]]:
        """Response, body without its coding, and the versions that were served while it was asked for."""
        for attempt in (1, 2):
            began = time.monotonic()
            connection.request(
                "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
            )
            response = connection.getresponse()
            body = response.read()
            ended = time.monotonic()
            if response.status == 503 and response.headers["Retry-After"] and attempt == 1:
                self._count("good", "told to come again")
                time.sleep(float(response.headers["Retry-After"]))
                continue
            break
        if response.status >= 400:
            raise Failure(f"{response.status} for {path[:100]}: {body[:200]!r}")
        with self._lock:
            versions = [p.version for p in self.periods if p.since <= ended and p.until >= began]
        coding = response.headers["Content-Encoding"]
        if coding == "gzip":
            body = gzip.decompress(body)
        elif coding == "br":
            body = brotli.decompress(body)
        elif coding == "zstd":
            body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
        return response, body, versions

    def _ask(
        self, connection: http.client.HTTPConnection, query: str, accept: str, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes, list[Version]]:
        return self._get(connection, f"/sparql?query={quote(query)}", Accept=accept, **headers)

    def point(self, connection: http.client.HTTPConnection, dice: random.Random) -> None:
        """One value, as JSON."""
        area = dice.randrange(AREAS)
        query = f"SELECT ?v {{ <{BASE}id/area/{area}> <{BASE}value> ?v }}"
        _, body, versions = self._ask(connection, query, "application/sparql-results+json")
        rows = json.loads(body)["results"]["bindings"]
        found = [int(row["v"]["value"]) for row in rows]
        _require(found, [[version.value(area)] for version in versions])

    def burst(self, connection: http.client.HTTPConnection, dice: random.Random) -> None:
        """Many values one after the other, none of them asked before, so that the connection is lent; a slow question among them."""
        slow = dice.randrange(200)
        for number in range(100):
            self._new_point(connection, dice, f"{SLOW_GROUP} " if number == slow else "")

    def _new_point(self, connection: http.client.HTTPConnection, dice: random.Random, more: str = "") -> None:
        """A value, asked for in words that nobody has used before."""
        area = dice.randrange(AREAS)
        query = f"SELECT ?v {{ {more}<{BASE}id/area/{area}> <{BASE}value> ?v }} # {dice.random()}"
        _, body, versions = self._ask(connection, query, "text/csv")
        found = body.decode().split("\r\n")[1:-1]
        _require(found, [[str(version.value(area))] for version in versions])

    def join(self, connection: http.client.HTTPConnection, dice: random.Random) -> None:
        """The sum over a group, as CSV."""
        group = dice.randrange(GROUPS)
        query = f"SELECT (SUM(?v) AS ?sum) {{ ?a <{BASE}in> <{BASE}group/{group}> ; <{BASE}value> ?v }} # {dice.random()}"
        _, body, versions = self._ask(connection, query, "text/csv")
        rows = list(csv.reader(io.StringIO(body.decode())))
        _require(rows, [[["sum"], [str(version.total(group))]] for version in versions])

    def export(self, connection: http.client.HTTPConnection, dice: random.Random) -> None:
        """All triples of all areas, in one of the codings."""
        coding = dice.choice(("identity", "gzip", "br", "zstd"))
        query = EXPORT + (f" # {dice.random()}" if dice.random() < 0.5 else "")
        _, body, versions = self._ask(connection, query, "application/n-triples", Accept_Encoding=coding)
        _require(digest(body), [version.export for version in versions])

    def document(self, connection: http.client.HTTPConnection, dice: random.Random) -> None:
        """Linked data in Turtle."""
        area = dice.randrange(AREAS)
        _, body, versions = self._get(connection, f"/doc/area/{area}.ttl")
        _require_label(body.decode(), [version.label(area) for version in versions])

    def page(self, connection: http.client.HTTPConnection, dice: random.Random) -> None:
        """A page."""
        area = dice.randrange(AREAS)
        _, body, versions = self._get(
            connection, f"/doc/area/{area}", Accept="text/html", Accept_Encoding="gzip"
        )
        _require_label(body.decode(), [version.label(area) for version in versions])

    def conditional(self, connection: http.client.HTTPConnection, dice: random.Random) -> None:
        """A value asked for with the ETag that it had before."""
        area = dice.randrange(1, 30)
        query = f"SELECT ?v {{ <{BASE}id/area/{area}> <{BASE}value> ?v }} # conditional"
        tag, of = self._tags.get(query, ('"none"', None))
        response, body, versions = self._ask(connection, query, "text/csv", If_None_Match=tag)
        if response.status == 304:
            self._count("conditional", "304")
            if of not in versions:
                raise Failure(f"304 for the tag of version {of and of.number}, served: {_numbers(versions)}")
            return
        found = body.decode().split()
        _require(found, [["v", str(version.value(area))] for version in versions])
        told = next(version for version in versions if found == ["v", str(version.value(area))])
        if response.headers["ETag"]:
            self._tags[query] = (response.headers["ETag"], told)

    def dump(self, connection: http.client.HTTPConnection, _: random.Random) -> None:
        """The dump of the whole snapshot."""
        _, body, versions = self._get(connection, "/dumps/data.nq.zst")
        plain = zstandard.ZstdDecompressor().decompressobj().decompress(body)
        _require(digest(plain), [version.dump for version in versions])

    # What came of it

    def verdict(self) -> list[str]:
        """What is wrong; nothing if all is well."""
        wrong = list(self.failures)
        quarter = max(1, len(self.samples) // 4)
        first, last = self.samples[:quarter], self.samples[-quarter:]
        for name, (times, more) in MAY_GROW.items():
            was, is_now = (
                statistics.median(getattr(sample, name) for sample in part) for part in (first, last)
            )
            if is_now > max(was * times, was + more):
                wrong.append(
                    f"{name} grew from {was:,.0f} to {is_now:,.0f}, medians of the first and last quarter"
                )
        if self.server.process.poll() is not None:
            wrong.append("the server has ended")
        return wrong

    def report(self) -> str:
        """Tables of requests and of what the server's processes took."""
        rows = [f"{'request':<12} {'right':>8} {'p50 ms':>8} {'p95 ms':>8}   other outcomes"]
        for kind, score in sorted(self.scores.items()):
            others = ", ".join(f"{name} {n}" for name, n in sorted(score.outcomes.items()) if name != "right")
            cuts = statistics.quantiles(score.seconds, n=20) if len(score.seconds) > 1 else None
            times = f"{cuts[9] * 1000:>8.1f} {cuts[18] * 1000:>8.1f}" if cuts else f"{'':>8} {'':>8}"
            rows.append(f"{kind:<12} {score.outcomes['right']:>8} {times}   {others}")
        rows += ["", f"{self.swaps} swaps; before each of them, and at the end:"]
        rows += [f"  {sample}" for sample in self.samples]
        return "\n".join(rows)


def _require(found: object, right: list[object]) -> None:
    if found not in right:
        raise Failure(f"{str(found)[:200]} instead of {' or '.join(str(answer)[:100] for answer in right)}")


def _require_label(text: str, right: list[str]) -> None:
    if not any(label in text for label in right):
        raise Failure(f"none of {', '.join(right)} in {text[:200]!r}")


def _numbers(versions: list[Version]) -> str:
    return ", ".join(str(version.number) for version in versions)


def main() -> int:
    """Run the soak; the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=1200, help="how long (1200)")
    parser.add_argument("--swap", type=float, default=20, help="seconds between two swaps (20)")
    parser.add_argument(
        "--data", type=Path, help="folder for the snapshots; a temporary one if none is given"
    )
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        data = options.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        first = publish(data, 0)
        assert open_current(data).id == first.id
        soak = Soak(stack.enter_context(running(data, **SETTINGS)), data, first)
        soak.run(options.seconds, options.swap)
        wrong = soak.verdict()
        print(soak.report())
    print()
    print("\n".join(wrong[:50]) or "nothing wrong, nothing dropped, nothing grown")
    if len(wrong) > 50:
        print(f"… and {len(wrong) - 50} more")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
