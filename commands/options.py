"""What the commands share: options, and errors as messages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ontology.errors import ChunchengError

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Pages(click.Path):
    """A file or folder of this machine, which must exist, or a URL that fsspec knows, which is asked when it is read."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from loaders.location import LocationError, locate

        try:
            place = locate(str(value))
        except LocationError as error:
            self.fail(str(error), param, ctx)
        return (
            super().convert(value, param, ctx) if isinstance(place, Path) and place == Path(value) else place
        )


PATH = click.Path(path_type=Path)
PAGES = _Pages(exists=True, path_type=Path)
EXISTING = click.Path(exists=True, path_type=Path)


class Failure(click.ClickException):
    """An error for people on standard error, exit code 1."""

    def show(self, file: Any = None) -> None:
        """Print the message."""
        click.echo(f"error: {self.message}", file=file, err=True)


class Group(click.Group):
    """Turns our errors, and what the system says of files, into a message without a trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; raises Failure for what it raises."""
        try:
            return super().invoke(ctx)
        except ChunchengError as error:
            raise Failure(str(error)) from error
        except BrokenPipeError:  # whoever reads our output has enough of it: click ends quietly
            raise
        except OSError as error:
            where = f"{error.filename}: " if error.filename is not None else ""
            raise Failure(f"{where}{error.strerror or error}") from error


def data_option(*names: str) -> Callable[[_Command], _Command]:
    """The option, by that name, that names the data folder."""
    return click.option(
        *names,
        "data",
        type=PATH,
        default=Path("data"),
        envvar="CHUNCHENG_DATA",
        show_default=True,
        show_envvar=True,
        help="Data folder, which holds the snapshots.",
    )


def reading_options(command: _Command) -> _Command:
    """Options of commands that read pages: --strict, --publisher, --published."""
    for option in (
        click.option(
            "--strict",
            is_flag=True,
            help="Stop at the first file that can't be read; a correction that can't be applied is an error.",
        ),
        click.option("--publisher", metavar="NAME", help="Publisher, where the file itself doesn't say."),
        click.option(
            "--published", metavar="DATE", help="Publication date (2024-01-22), where the file doesn't say."
        ),
    ):
        command = option(command)
    return command


model_option = click.option(
    "--model/--no-model",
    default=False,
    show_default=True,
    help="Also ask the language model that CHUNCHENG_MODEL_URL and CHUNCHENG_MODEL name; sends it the text.",
)
corrections_option = click.option(
    "--corrections",
    multiple=True,
    type=EXISTING,
    metavar="PATH",
    help="Patch file of corrections, or a folder of them, applied on top of what is read; may be given again.",
)


def as_of_options(command: _Command) -> _Command:
    """Options of commands that can tell what was known on a day: --as-of, --undated."""
    for option in (
        click.option(
            "--undated/--no-undated",
            default=True,
            envvar="CHUNCHENG_UNDATED",
            show_default=True,
            show_envvar=True,
            help="Whether articles without a date of publication are known on every day.",
        ),
        click.option(
            "--as-of",
            metavar="DATE",
            help="What was known on that day (2024-01-22) from articles published until then; by default all.",
        ),
    ):
        command = option(command)
    return command
