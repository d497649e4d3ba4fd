"""The process that loads a snapshot once and forks workers that share it.

It never starts a thread, which is what makes forking safe. It talks over a socket of whole messages (SOCK_SEQPACKET):
`worker` and `lane` ask for a process of that kind; `{"worker": pid}` or `{"lane": pid}` comes back with its connection and, on Linux, a
descriptor of the process and, of a lane, of its desk; `{"gone": pid, "status": …}` tells that one has ended, with the status of waitpid.
"""

from __future__ import annotations

import array
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any, Literal, TypeAlias

from server.engine import allocator
from server.engine.isolation import cut_network, deepen_stack, follow_parent
from server.engine.lane import LaneSurroundings, serve_lent
from server.engine.lending import Desk
from server.engine.stores import Stores, load
from server.engine.worker import Surroundings, work
from server.settings import Limits

Kind: TypeAlias = Literal["worker", "lane"]
_KINDS: dict[bytes, Kind] = {b"worker": "worker", b"lane": "lane"}


def main(descriptor: int) -> None:
    """Serve the socket with that descriptor until the other side closes it."""
    follow_parent()
    deepen_stack()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the server decides
    control = socket.socket(fileno=descriptor)
    told = json.loads(control.recv(1 << 16))
    isolation = cut_network()
    try:
        stores = load(Path(told["folder"]), told["memory"])
    except (OSError, RuntimeError, SyntaxError, ValueError) as error:
        _tell(control, {"failed": str(error)})
        return
    gc.collect()
    gc.freeze()
    around = LaneSurroundings(
        Surroundings(told["base"], Path(told["spool"]), told["memory_bytes"]),
        told["snapshot"],
        Limits(**told["limits"]),
        told["services"],
    )
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = {"isolation": isolation, "allocator": allocator.running(), "resident_kib": resident}
    _tell(control, {"ready": True, **said})
    _serve(control, stores, around)


def _serve(control: socket.socket, stores: Stores, around: LaneSurroundings) -> None:
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    waiting = select.poll()
    waiting.register(control, select.POLLIN)
    waiting.register(woken, select.POLLIN)
    while True:
        for ready, _ in waiting.poll():
            if ready == woken:
                os.read(woken, 4096)
                _tell_of_the_ended(control)
            elif (kind := _asked(control)) is None:
                return
            else:
                _fork(kind, control, (woken, wake), stores, around)


def _asked(control: socket.socket) -> Kind | None:
    """Which kind of process is wanted; None where the server has gone."""
    try:
        return _KINDS.get(control.recv(64))
    except ConnectionResetError:
        return None


def _fork(
    kind: Kind, control: socket.socket, pipes: tuple[int, int], stores: Stores, around: LaneSurroundings
) -> None:
    desk = None
    if kind == "lane":
        try:
            desk = Desk.make()
        except OSError:
            return  # the server goes on without
    ours, theirs = socket.socketpair(type=socket.SOCK_STREAM if desk is None else socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            follow_parent()
            for own in (control.fileno(), theirs.fileno(), *pipes):
                os.close(own)
            _silence()
            if desk is None:
                work(stores, ours, around.worker)
            else:
                serve_lent(stores, ours, Desk(desk), around)
            status = 0
        finally:
            os._exit(status)
    ours.close()
    handed = [theirs.fileno()]
    if hasattr(os, "pidfd_open"):
        handed.append(os.pidfd_open(pid))
    if desk is not None:
        handed.append(desk)
    _tell(control, {kind: pid}, handed)
    theirs.close()
    for descriptor in handed[1:]:
        os.close(descriptor)


def _silence() -> None:
    """Out of memory, the engine ends the process with a line on standard error; the server says it better."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _tell_of_the_ended(control: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _tell(control, {"gone": pid, "status": status})


def _tell(control: socket.socket, message: dict[str, Any], descriptors: list[int] | None = None) -> None:
    attached = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
    control.sendmsg([json.dumps(message).encode()], attached)


if __name__ == "__main__":
    main(int(sys.argv[1]))
