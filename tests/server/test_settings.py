"""Settings: a file, the environment, and what is said of wrong ones; the documentation shows them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.settings import Limits, Settings, SettingsError, describe, load_settings

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "endpoint.md"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "chuncheng.toml"
    file.write_text('workers = 3\nhosts = ["a.example"]\n[limits]\ndeadline = 5\nqueue = 7\n')
    settings = load_settings(file, {"CHUNCHENG_DEADLINE": "2.5", "CHUNCHENG_WORKERS": "4"})
    assert (settings.workers, settings.hosts) == (4, ("a.example",))
    assert (settings.limits.deadline, settings.limits.queue) == (2.5, 7)


def test_the_environment_may_name_the_file(tmp_path: Path) -> None:
    file = tmp_path / "chuncheng.toml"
    file.write_text("cache_bytes = 0\n")
    assert load_settings(None, {"CHUNCHENG_CONFIG": str(file)}).cache_bytes == 0


def test_lists_are_separated_by_commas_or_spaces() -> None:
    given = {"CHUNCHENG_SERVICES": "https://a.example/sparql, https://b.example/sparql"}
    assert load_settings(None, given).services == ("https://a.example/sparql", "https://b.example/sparql")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DEADLINE", "soon"),
        ("DEADLINE", "-1"),
        ("DEADLINE", "nan"),
        ("DEADLINE", "60"),
        ("WORKERS", "0"),
        ("WORKERS", "1.5"),
        ("IN_MEMORY", "some"),
        ("LOG_QUERIES", "perhaps"),
        ("TRUSTED_PROXIES", "nobody"),
        ("SERVICES", "ftp://a.example/"),
    ],
)
def test_a_value_that_cannot_be_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(None, {f"CHUNCHENG_{variable}": value})
    assert variable.lower() in str(caught.value).lower()


@pytest.mark.parametrize(
    "text", ["deadline = 5", "[limits]\nworkers = 3", "limits = 3", "workers =", "workers = true"]
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "chuncheng.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"chuncheng\.toml"):
        load_settings(file, {})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        load_settings(tmp_path / "nowhere.toml", {})


OF_THE_MACHINE = {"workers": "the number of processors, at least 2", "lanes": "the number of processors"}


@pytest.mark.parametrize("part", [Limits(), Settings()], ids=["limits", "settings"])
def test_the_documentation_shows_every_setting_with_its_default(part: Limits | Settings) -> None:
    documented = DOCUMENTATION.read_text("utf-8")
    for name, value, meaning in describe(part):
        shown = OF_THE_MACHINE.get(name) or write(value)
        assert f"| `{name}` | {shown} | {meaning} |" in documented


def write(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, int) and value and value % (1024 * 1024) == 0:
        return f"{value // 1024 // 1024} MiB"
    if isinstance(value, int) and value >= 10_000:
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value)
