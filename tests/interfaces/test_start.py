"""A command starts quickly: it loads what it needs, reads what was derived before, and says the same as without."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer

from enduse.interfaces.cli.main import command_line
from enduse.interfaces.cli.values import PlainValue, use_plain_values

CHECK = ["check", "--item", "5A001.j", "--from", "US", "--to", "EG", "--end-user", "Example Networks", "--starter"]
SCREEN = ["screen", "Example Networks", "--starter"]
NEVER = (
    *("pydantic", "pydantic_core", "typer._adapters", "rich", "sqlalchemy", "alembic", "httpx", "pyarrow", "jinja2"),
    *("fastapi", "uvicorn", "multiprocessing", "concurrent.futures"),
    *("enduse.interfaces.cli.lists", "enduse.interfaces.cli.serve", "enduse.interfaces.bulk", "enduse.rules.lint"),
)
"""What no single check or screening has a use for."""


def run(arguments: list[str], cache: Path, *, told: str = "[]") -> tuple[int, str, Any]:
    """Exit code, standard output, and what an expression says of the process at its end."""
    program = (
        "import atexit, json, sys\n"
        f"atexit.register(lambda: print(json.dumps({told}), file=sys.stderr))\n"
        f"from enduse.interfaces.cli.main import run\nrun({arguments!r})"
    )
    environment = os.environ | {"ENDUSE_CACHE": str(cache)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment)
    return done.returncode, done.stdout, json.loads(done.stderr.splitlines()[-1])


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what a check and a screening derive."""
    cache = tmp_path_factory.mktemp("start") / "cache"
    for arguments in (CHECK, SCREEN):
        run(arguments, cache)
    return cache


@pytest.mark.parametrize("arguments", [[*CHECK, "--json"], CHECK, [*SCREEN, "--json"], SCREEN])
def test_one_answer_loads_nothing_that_it_has_no_use_for(arguments: list[str], warm: Path, tmp_path: Path) -> None:
    _, _, loaded = run(
        [*arguments, "--data-dir", str(tmp_path / "none")],
        warm,
        told=f"[name for name in {NEVER!r} if name in sys.modules]",
    )
    assert loaded == []


@pytest.mark.parametrize("arguments", [[*CHECK, "--json"], [*SCREEN, "--json"]])
def test_files_of_the_program_are_not_read_as_yaml_again(arguments: list[str], warm: Path) -> None:
    _, _, loaded = run(arguments, warm, told="'yaml' in sys.modules")
    assert loaded is False


@pytest.mark.parametrize("arguments", [[*CHECK, "--json"], [*SCREEN, "--json"]])
def test_the_answer_is_the_same_with_and_without_what_is_kept(arguments: list[str], warm: Path) -> None:
    environment = os.environ | {"ENDUSE_CACHE": ""}
    command = [sys.executable, "-m", "enduse", *arguments]
    plain = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    code, text, _ = run(arguments, warm)
    assert (code, text) == (plain.returncode, plain.stdout)
    assert text.strip()


def test_one_answer_builds_no_index_again(warm: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in warm.rglob("*")}
    run(CHECK, warm)
    assert {path: path.stat().st_mtime_ns for path in warm.rglob("*")} == before


@pytest.mark.parametrize(
    ("arguments", "searches"),
    [([*CHECK, "--json"], False), (["check", "--bulk", "none.csv"], True), (["facts", "list"], True)],
)
def test_only_a_command_that_gives_one_answer_leaves_garbage_lying(
    arguments: list[str], searches: bool, warm: Path
) -> None:
    _, _, found = run(arguments, warm, told="__import__('gc').isenabled()")
    assert found is searches


@pytest.mark.parametrize("name", sorted(command_line().commands))
def test_a_command_alone_is_the_command_among_all(name: str) -> None:
    alone, among = command_line([name, "--help"]), command_line()
    assert list(alone.commands) == [name]
    assert _described(alone.commands[name]) == _described(among.commands[name])


def test_what_names_no_command_first_has_all_of_them() -> None:
    assert list(command_line(["--json", "check"]).commands) == list(command_line().commands)
    assert list(command_line(["chekc"]).commands) == list(command_line().commands)


def _described(command: Any) -> Any:
    inner = {name: _described(one) for name, one in getattr(command, "commands", {}).items()}
    return command.help, [(param.name, param.opts, param.default) for param in command.params], inner


def _asked(
    words: Annotated[list[str] | None, typer.Argument()] = None,
    text: Annotated[str | None, typer.Option()] = None,
    several: Annotated[list[str] | None, typer.Option()] = None,
    path: Annotated[Path | None, typer.Option()] = None,
    present: Annotated[Path | None, typer.Option(exists=True)] = None,
    count: Annotated[int, typer.Option(min=1)] = 3,
    share: Annotated[float | None, typer.Option()] = None,
    flag: Annotated[bool, typer.Option("--flag")] = False,
) -> Any:
    return words, text, several, path, present, count, share, flag


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a", "b", "--text", "x y", "--several", "1", "--several", "\u5317\u4eac"],
        ["--text", ""],
        ["--text", "\ud800"],
        ["--several", "a", "--several", "\udfff"],
        ["--path", "somewhere/else", "--flag"],
        ["--path", ""],
        ["--path", "-"],
        ["--present", "."],
        ["--present", "not/there"],
        ["--count", "7", "--share", "0.5"],
        ["--count", "007"],
        ["--count", "+7"],
        ["--count", "1_0"],
        ["--count", "\u0663"],
        ["--count", "0"],
        ["--count", "many"],
        ["--share", "half"],
        ["--flag", "--help"],
        ["--unknown"],
    ],
)
def test_options_are_read_as_typer_reads_them(arguments: list[str]) -> None:
    def outcome(plain: bool) -> Any:
        app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        app.command()(_asked)
        command = typer.main.get_command(app)
        try:
            return (use_plain_values(command) if plain else command)(args=arguments, standalone_mode=False)
        except Exception as error:  # noqa: BLE001  whatever it is, it is the same
            describe = getattr(error, "format_message", None)
            return type(error), describe() if describe else str(error)

    assert outcome(True) == outcome(False)


def test_typer_takes_values_from_what_reads_them_here() -> None:
    """Typer's own place for it has no promise: where it goes, pydantic comes back, which tests above would show."""
    command = command_line(["check"])
    assert all(isinstance(param.get_runtime_param(), PlainValue) for param in command.commands["check"].params)
