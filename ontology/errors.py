"""The one base class of errors that are for people."""

from __future__ import annotations


class ChunchengError(Exception):
    """Something the user can mend: the message says what was wrong, where, and what to do."""
