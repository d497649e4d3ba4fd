"""SERVICE, asked by this process before the query goes to a worker (SPARQL 1.1 Federated Query).

The engine would call any address that a query names, and workers have no network at all. So each SERVICE call is
replaced by the endpoint's answer as inline data. That is what the standard defines (section 4): the endpoint evaluates
the group by itself, and its solutions are joined with the rest.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from graph.abort import AbortHandle
from server.federation.addresses import Address, is_public, look_up
from server.federation.endpoints import Endpoint, permitted, shown
from server.federation.exchange import exchange, public_trust
from server.federation.failure import CallFailed
from server.federation.inline import EMPTY_SOLUTION, to_values
from server.problem import Problem
from server.settings import Limits, Settings

__all__ = ["INTERNET", "Network", "resolve_services"]

_Result = TypeVar("_Result")


class ServiceCall(Protocol):
    """One SERVICE of a query, as server.guard finds it."""

    @property
    def iri(self) -> str:
        """The endpoint, absolute."""

    @property
    def silent(self) -> bool:
        """Whether a failure counts as one solution without bindings."""

    @property
    def start(self) -> int:
        """Code points of the text before the keyword."""

    @property
    def end(self) -> int:
        """Code points of the text up to and with the group's closing brace."""

    @property
    def group(self) -> str:
        """The group's text with its braces."""


class CheckedQuery(Protocol):
    """A query that server.guard let pass."""

    @property
    def text(self) -> str:
        """The query."""

    @property
    def prologue(self) -> str:
        """Its BASE and PREFIX declarations."""

    @property
    def services(self) -> Sequence[ServiceCall]:
        """Its SERVICE calls."""


@dataclass(frozen=True, slots=True)
class Network:
    """What connects to the world. Tests bring their own; no setting does, for none shall open the machine's own ports."""

    look_up: Callable[[str, int], Sequence[Address]] = look_up
    is_allowed: Callable[[Address], bool] = is_public
    trust: Callable[[], ssl.SSLContext] = public_trust


INTERNET = Network()


async def resolve_services(
    checked: CheckedQuery,
    settings: Settings,
    *,
    deadline: float,
    executor: Executor,
    base: str | None = None,
    network: Network = INTERNET,
) -> str:
    """The query with each SERVICE call replaced by what its endpoint answers, to be evaluated without a network.

    `deadline` is the seconds that all calls have together; `executor` runs what blocks (name lookup, exchange,
    parsing), a thread for each call; `base` is what the engine will resolve the query's relative IRIs against, so that the
    endpoints do the same. Newlines are kept, so that the lines of the engine's syntax errors stay right.

    Raises Problem 403 for an endpoint outside `settings.services` or one whose name leads to an address that isn't public,
    both before anything is sent to any endpoint and with SILENT, too; 413 for too many calls; 502 and 504 for an
    endpoint that gives no usable answer or none in time. With SILENT those count as one solution without bindings
    (section 2.2), so variables that only the failed call has are no columns of `SELECT *`.
    """
    endpoints = {call.iri: permitted(call.iri, settings.services) for call in checked.services}
    calls = _outermost(checked.services)
    # A short query with hundreds of calls would be a way to flood an endpoint through us.
    most = settings.limits.service_calls
    if len(calls) > most:
        raise Problem(
            413,
            f"the query calls SERVICE {len(calls)} times, more than the {most} allowed; ask in smaller queries",
            fields={"limit": most, "value": len(calls)},
        )
    declarations = f"BASE <{base}>\n{checked.prologue}" if base else checked.prologue
    asking = _Asking(declarations, time.monotonic() + deadline, settings.limits, executor, network)
    iris = list(dict.fromkeys(call.iri for call in calls))
    found = await _together([asking.addresses(iri, endpoints[iri]) for iri in iris])
    addresses = dict(zip(iris, found, strict=True))
    blocks = await _together(
        [asking.inline_data(call, endpoints[call.iri], addresses[call.iri]) for call in calls]
    )
    text = checked.text
    for call, block in reversed(list(zip(calls, blocks, strict=True))):
        newlines = "\n" * text.count("\n", call.start, call.end)
        text = f"{text[: call.start]} {block} {newlines}{text[call.end :]}"
    return text


def _outermost(calls: Sequence[ServiceCall]) -> list[ServiceCall]:
    """The calls in the order of the text, without those inside another's group: its endpoint makes these."""
    outermost: list[ServiceCall] = []
    for call in sorted(calls, key=lambda call: call.start):
        if not outermost or call.start >= outermost[-1].end:
            outermost.append(call)
    return outermost


@dataclass(frozen=True, slots=True)
class _Asking:
    """What the calls of one query share."""

    declarations: str
    until: float  # seconds, time.monotonic
    limits: Limits
    executor: Executor
    network: Network

    async def addresses(self, iri: str, endpoint: Endpoint) -> Sequence[Address] | CallFailed:
        """Where the endpoint can be reached, or why not; raises Problem 403 if any address isn't public."""
        try:
            found = await self._in_time(lambda: self.network.look_up(endpoint.bare_host, endpoint.port))
        except (OSError, ValueError):
            return CallFailed("its name has no address")
        except CallFailed as failed:
            return failed
        # One is enough to refuse: which of them is used would be the name server's choice.
        if not all(self.network.is_allowed(address) for address in found):
            raise Problem(
                403,
                f"SERVICE <{shown(iri)}> is refused: its name leads to an address that is not public",
                fields={"service": shown(iri)},
            )
        return found

    async def inline_data(
        self, call: ServiceCall, endpoint: Endpoint, addresses: Sequence[Address] | CallFailed
    ) -> str:
        """What stands in the query instead of the call; raises Problem 502 or 504."""
        abort = AbortHandle()
        try:
            if isinstance(addresses, CallFailed):
                raise addresses
            answer = await self._in_time(lambda: self._ask(call, endpoint, addresses, abort))
            if isinstance(answer, CallFailed):
                raise answer
            return answer
        except CallFailed as failed:
            if call.silent:
                return EMPTY_SOLUTION
            raise Problem(
                504 if failed.late else 502,
                f"SERVICE <{shown(call.iri)}> gave no answer: {failed.reason}",
                fields={"service": shown(call.iri)},
            ) from None
        finally:
            abort.abort()

    def _ask(
        self, call: ServiceCall, endpoint: Endpoint, addresses: Sequence[Address], abort: AbortHandle
    ) -> str | CallFailed:
        # A row more than may come shows that there are too many, and spares the endpoint the rest. The newline ends a
        # comment behind the declarations.
        query = f"{self.declarations}\nSELECT * WHERE {call.group} LIMIT {self.limits.service_rows + 1}"
        trust = self.network.trust()
        try:
            answer = exchange(endpoint, addresses, query, trust, abort, self.until, self.limits.service_bytes)
            return to_values(answer, self.limits.service_rows)
        except CallFailed as failed:
            # A new one: the frames of the old one hold the parser's objects, which may only be freed in their thread.
            return CallFailed(failed.reason, late=failed.late)

    async def _in_time(self, work: Callable[[], _Result]) -> _Result:
        """Run what blocks in a thread; raises CallFailed when the time is over, whatever the thread still waits for."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.until - time.monotonic()):
                return await loop.run_in_executor(self.executor, work)
        except TimeoutError:
            raise CallFailed("it didn't answer in time", late=True) from None


async def _together(work: Sequence[Coroutine[Any, Any, _Result]]) -> list[_Result]:
    """The results in order; the first error ends all of them."""
    tasks = [asyncio.ensure_future(part) for part in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
