"""What goes wrong at the other endpoint, in words of ours."""

from __future__ import annotations


class CallFailed(Exception):  # noqa: N818 — nothing of ours is wrong
    """An endpoint gave no answer that can be used; `late` if there was no time for it.

    The reason is shown to clients, so it never repeats what the endpoint sent.
    """

    def __init__(self, reason: str, *, late: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.late = late
