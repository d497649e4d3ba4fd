"""Processes that do the reading: results in order, one that is lost is replaced, and none outlives its build."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from graph.validate import conforms
from graph.workers import Done, LostWorkerError, Parts, Workers


def double(number: int) -> int:
    return 2 * number


def slow_if_first(number: int) -> int:
    if number == 0:
        time.sleep(0.3)
    return 2 * number


def die_once(folder: Path, number: int) -> int:
    """Kills its own process the first time that it gets a 7."""
    mark = folder / str(number)
    if number == 7 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def die_at_seven(number: int) -> int:
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def fail_at_seven(number: int) -> int:
    if number == 7:
        raise ValueError("seven")
    return 2 * number


@pytest.mark.parametrize("jobs", [1, 3])
def test_results_come_in_order_and_known_ones_among_them(jobs: int) -> None:
    with Workers(jobs) as workers:
        items = (Done(-1) if number % 10 == 5 else number for number in range(100))
        results = [result for _, result in workers.results(slow_if_first, items)]
    assert results == [-1 if number % 10 == 5 else 2 * number for number in range(100)]


def test_items_are_taken_as_they_are_needed() -> None:
    taken = []

    def items() -> object:
        for number in range(10_000):
            taken.append(number)
            yield number

    with Workers(2) as workers:
        results = workers.results(double, items())  # type: ignore[arg-type, var-annotated]
        next(results)
        assert len(taken) < 100
        results.close()  # type: ignore[attr-defined]


def test_what_a_lost_process_had_is_done_again(tmp_path: Path) -> None:
    finished: list[int] = []
    with Workers(2) as workers:
        run = workers.results(
            partial(die_once, tmp_path), range(30), on_result=lambda item, _: finished.append(item)
        )
        assert [result for _, result in run] == [2 * number for number in range(30)]
    assert (tmp_path / "7").exists()
    assert sorted(finished) == list(range(30)), "each is told once"


def test_work_that_loses_its_process_each_time_is_named() -> None:
    with (
        Workers(2) as workers,
        pytest.raises(LostWorkerError, match="article 7: the process that works on it ends each time"),
    ):
        list(workers.results(die_at_seven, range(30), describe=lambda number: f"article {number}"))


def test_in_a_batch_the_part_at_fault_is_named() -> None:
    parts: Parts[list[int], list[int]] = Parts(
        lambda batch: [[number] for number in batch], lambda results: [n for one in results for n in one]
    )
    with Workers(2) as workers, pytest.raises(LostWorkerError, match=r"^\[7\]: "):
        list(workers.results(all_but_seven, [[1, 2], [6, 7, 8], [9]], parts=parts))


def all_but_seven(numbers: list[int]) -> list[int]:
    return [die_at_seven(number) for number in numbers]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_of_the_work_is_the_error_of_the_run(jobs: int) -> None:
    with Workers(jobs) as workers, pytest.raises(ValueError, match="seven"):
        list(workers.results(fail_at_seven, range(30)))


# Told in one write: print makes two of them where Python is unbuffered, and those of the other process come between.
PARENT = """
import os, time
from graph.workers import Workers

def tell(_):
    os.write(1, f"{os.getpid()}\\n".encode())
    time.sleep(60)

with Workers(2) as workers:
    list(workers.results(tell, range(2)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
def test_processes_end_with_a_killed_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    children = [int(parent.stdout.readline()) for _ in range(2)]
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 20
    while any(_runs(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_runs(child) for child in children)


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def conforms_elsewhere(number: int) -> bool:
    return conforms(f"<x:a{number}> <x:b> <x:c> .")


def test_processes_of_one_in_which_a_library_has_threads_are_not_forked() -> None:
    """A forked one would wait without end for locks that threads held which it hasn't got."""
    assert conforms_elsewhere(0)
    with Workers(2) as workers:
        assert [done for _, done in workers.results(conforms_elsewhere, [1, 2])] == [True, True]
