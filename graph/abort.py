"""The connection of one exchange, for another thread to end: a socket's own timeout holds for one read only.

A server that sends a byte now and then would hold the thread that reads for ever.
"""

from __future__ import annotations

import contextlib
import socket
import threading


class AbortHandle:
    """Ends an exchange from outside. Who exchanges tells of its connection, any thread may abort at any time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.is_aborted = False

    def opened(self, connection: socket.socket | None) -> None:
        """Remember the connection, and end it if the exchange is aborted already."""
        with self._lock:
            self._socket = connection
            if self.is_aborted:
                self._shut_down()

    def closing(self) -> None:
        """Forget the connection: its file descriptor may soon be another's."""
        with self._lock:
            self._socket = None

    def abort(self) -> None:
        """End the exchange: who reads or writes gets an error at once."""
        with self._lock:
            self.is_aborted = True
            self._shut_down()

    def _shut_down(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):  # the other side may have been faster
                # Not the method of SSLSocket, which takes the TLS layer away from under a thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
