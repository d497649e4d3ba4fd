"""What a worker process can't do: take memory or time without end, reach the network, start programs.

Linux: resource limits, and a seccomp filter (https://docs.kernel.org/userspace-api/seccomp_filter.html) that needs no
privilege. macOS: resource limits as far as its kernel honours them; there the guard alone keeps SERVICE away.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | 1  # the last: fail with EPERM
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32 = 0x40000000  # x86-64's second table of system calls

#: Audit number of each architecture, and its numbers of socket, execve, execveat, ptrace, process_vm_writev, io_uring_setup.
_ARCHITECTURES = {
    "x86_64": (0xC000003E, (41, 59, 322, 101, 311, 425)),
    "aarch64": (0xC00000B7, (198, 221, 281, 117, 271, 425)),
}
# The parser recurses, and a sum of 16,000 ones fits into 32 KB: 64 MiB are enough for it. Linux leaves at least 128 MiB
# of addresses below a stack, so it can grow so far whatever its limit was when the program began.
_STACK_BYTES = 120 * 1024 * 1024


_CPU_HARD = resource.getrlimit(resource.RLIMIT_CPU)[1]


def follow_parent() -> None:
    """End this process when the one that started it ends."""
    if sys.platform == "linux":
        parent = os.getppid()
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended in between
            os._exit(0)


def deepen_stack() -> None:
    """Let this thread's stack grow far; threads that are started later keep the size that the process began with."""
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    soft = _STACK_BYTES if hard == resource.RLIM_INFINITY else min(_STACK_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (soft, hard))


def cut_network() -> str:
    """Take from this process and its children the means to open sockets, start programs and trace others.

    Returns what does it: "seccomp", or "none" where the platform offers nothing that we know.
    """
    if sys.platform != "linux" or platform.machine() not in _ARCHITECTURES:
        return "none"
    try:
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        _install_filter(*_ARCHITECTURES[platform.machine()])
    except OSError:
        return "none"
    return "seccomp"


def lift_memory_limit() -> None:
    """Let the address space grow without a limit, until the next is set."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def limit_memory(above: int) -> None:
    """Let the address space grow by that many bytes above what it takes now; no core dumps."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    size = _address_space()
    if size:
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (size + above, hard))


def limit_processor_time(seconds: int) -> None:
    """End this process by SIGXCPU when it has computed for that long since it began."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, _CPU_HARD))


def _address_space() -> int:
    """Size of the address space in bytes, 0 where the platform doesn't tell."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 — a pseudo file, read in every worker
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _install_filter(audit: int, refused: tuple[int, ...]) -> None:
    # struct seccomp_data: number of the call at offset 0, architecture at 4. A jump counts the steps that it leaps.
    steps = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, len(refused) + 1, 0, _X32),
        *(
            (_EQUAL, leap, 0, number)
            for leap, number in zip(range(len(refused), 0, -1), refused, strict=True)
        ),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    program = b"".join(struct.pack("HBBI", code, yes, no, value) for code, yes, no, value in steps)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(buffer))
    described = ctypes.create_string_buffer(header, len(header))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(described))


def _prctl(option: int, value: int, address: int = 0) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, *(ctypes.c_ulong(number) for number in (value, address, 0, 0))) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
