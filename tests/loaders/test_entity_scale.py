"""Reading takes time in proportion to the text."""

from __future__ import annotations

from loaders.candidate import Candidate, choose


class _Counted(int):
    """A start that counts how often it is compared."""

    compared = 0

    def __lt__(self, other: int) -> bool:
        _Counted.compared += 1
        return int(self) < int(other)

    __hash__ = int.__hash__


def _comparisons(n: int) -> int:
    _Counted.compared = 0
    choose(Candidate(_Counted(4 * i), 4 * i + 3, "Park", "Park", "名", "r") for i in range(n))
    return _Counted.compared


def test_choosing_among_twice_the_candidates_takes_about_twice_the_comparisons() -> None:
    assert _comparisons(4000) < 3 * _comparisons(2000)
