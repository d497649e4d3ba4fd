"""A call in a fresh process that leads a group of its own, and that ends, with all that it started, when the caller's process does."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import suppress
from functools import partial
from multiprocessing import get_context, parent_process
from typing import Any, ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")
_ASKED = 128 + signal.SIGTERM  # the exit code of shells for what SIGTERM ended
_PATIENCE = 15  # seconds for servers and folders to be put away; what runs then is killed
_PR_SET_PDEATHSIG = 1


def exit_when_asked() -> None:
    """Make SIGTERM leave this process as an error would, through all that puts servers and folders away."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_ASKED))


def call(function: Callable[_Given, _Found], *given: _Given.args, **named: _Given.kwargs) -> _Found:
    """What the function returns or raises there: function, arguments and result are pickled.

    The group ends where this call is left by Ctrl-C or SIGTERM (see `exit_when_asked`) and, on Linux, where this process is killed.
    """
    # Nothing of this process is inherited: memory, threads, open stores.
    with ProcessPoolExecutor(1, get_context("spawn"), _lead_group) as process:
        leader = process.submit(os.getpid).result()
        found = process.submit(_call, partial(function, *given, **named))
        try:
            return found.result()
        except (KeyboardInterrupt, SystemExit):
            _end(leader, found)
            raise


def _end(leader: int, found: Future[Any]) -> None:
    with suppress(ProcessLookupError):
        os.kill(leader, signal.SIGTERM)
    wait([found], _PATIENCE)
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _lead_group() -> None:
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, _end_group)
    if sys.platform == "linux":
        # No thread waits for its end: where there are threads, processes can't be forked, as builds do.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if (caller := parent_process()) is None or os.getppid() != caller.pid:  # it ended in between
            os._exit(_ASKED)


def _end_group(*_: object) -> None:
    if os.getpid() == os.getpgrp():  # not a forked process that inherits this
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
    sys.exit(_ASKED)


def _call(work: Callable[[], _Found]) -> _Found:
    try:
        return work()
    except SystemExit:
        os._exit(_ASKED)  # there is nobody to hand a result to
