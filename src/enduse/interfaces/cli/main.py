"""``enduse``: parses the command line, calls the product, and turns errors into messages and exit codes.

Exit codes: 0 nothing found on the stated facts; 1 restricted, or a hit; 2 indeterminate; 3 bad input, every usage
error included; 4 internal error or failed operation.
"""

from __future__ import annotations

import gc
import importlib
import io
import itertools
import os
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from enduse.formats.derived import keep_in
from enduse.interfaces.cli.context import BAD_INPUT, FAILED, DataDir, Json, NoColor, cache_dir, tell, write
from enduse.interfaces.cli.values import use_plain_values
from enduse.model.errors import BadInput, EndUseError, OperationFailed
from enduse.version import __version__

_COMMANDS = {
    "check": "check:check",
    "screen": "screen:screen",
    "compare": "screen:compare",
    "owners": "owners:owners",
    "portfolio": "portfolio:app",
    "trade": "trade:app",
    "verify": "verify:verify",
    "schema": "check:schema",
    "serve": "serve:serve",
    "mcp": "mcp:mcp",
    "demo": "demo:demo",
    "decisions": "decisions:app",
    "audit": "audit:app",
    "store": "store:app",
    "lists": "lists:app",
    "items": "items:app",
    "licensing": "licensing:app",
    "designations": "designations:app",
    "monitor": "monitor:app",
    "exchange": "exchange:app",
    "programme": "programme:app",
    "rules": "changes:app",
    "facts": "rules:facts_app",
}
"""Where each command is: the module in this folder, and its function or group."""

_ONE_ANSWER = frozenset({"check", "screen", "compare"})
"""Commands that give one answer and end: what they make is needed to the end, or is little."""


def _version(value: bool) -> None:
    if value:
        write(f"enduse {__version__}")
        raise typer.Exit


def options(
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options that every command takes, before or after its name."""


def command_line(arguments: Sequence[str] = ()) -> Any:
    """The command line as typer's group of commands.

    Args:
        arguments: where the first names a command, only that one is loaded; all of them otherwise.
    """
    app = typer.Typer(
        name="enduse",
        help="Export control as software: screen parties and decide, with citations, what the law says of a "
        "transaction.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    for name in arguments[:1] if arguments and arguments[0] in _COMMANDS else _COMMANDS:
        module, attribute = _COMMANDS[name].split(":")
        found = getattr(importlib.import_module(f"enduse.interfaces.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return use_plain_values(typer.main.get_command(app))


def run(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    given = [_as_text(argument) for argument in (arguments if arguments is not None else sys.argv[1:])]
    _start_quickly(given)
    code = main(given)
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            # The interpreter would flush again at its end and change the exit code.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    # Or the interpreter looks through all that is left for rings of garbage: a tenth of a short command's time.
    gc.freeze()
    sys.exit(code)


def _start_quickly(given: Sequence[str]) -> None:
    """Settings of the process that leave out work of which a command has no use (docs/adr/0018)."""
    # Long runs look for rings of garbage, but not at every 700th object that is made.
    gc.set_threshold(200_000, 10, 10)
    command = given[0] if given else ""
    # The server looks for them once it has started.
    if command == "serve" or (command in _ONE_ANSWER and not any(word.startswith("--bulk") for word in given)):
        gc.disable()
    # Nothing here multiplies large matrices: threads for that would only slow the start.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    keep_in(cache_dir())


def _as_text(argument: str) -> str:
    """An argument that the locale could not decode, read as UTF-8."""
    return os.fsencode(argument).decode("utf-8", errors="replace") if not argument.isprintable() else argument


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        _refuse_repeated(given)
        result = command_line(given)(args=arguments, standalone_mode=False)
        return result if isinstance(result, int) else 0
    except typer.Exit as done:
        return int(done.exit_code)
    except typer.Abort:
        tell("enduse: stopped")
        return FAILED
    except TyperException as error:
        message = _usage(error)
        tell(message if message.startswith("Usage:") else f"enduse: {message}")
        return BAD_INPUT
    except BadInput as error:
        tell(f"enduse: {error.message()}")
        return BAD_INPUT
    except (OperationFailed, EndUseError) as error:
        tell(f"enduse: {error}")
        return FAILED
    except KeyboardInterrupt:
        tell("enduse: stopped")
        return FAILED
    except OSError as error:
        tell(f"enduse: cannot read or write: {error}")
        return FAILED
    except Exception as error:  # noqa: BLE001  the last line of defence: a message in place of a stack trace
        tell(f"enduse: internal error: {type(error).__name__}: {error}")
        tell("this is a defect; set ENDUSE_DEBUG=1 for the trace")
        if os.environ.get("ENDUSE_DEBUG"):
            import traceback  # only where something failed

            traceback.print_exc()
        return FAILED


def _refuse_repeated(arguments: list[str]) -> None:
    """An option that takes one value is given once: the last would silently win over the others.

    Raises:
        BadInput: an option that takes one value occurs twice.
    """
    several = {
        *("--party", "--fact", "--source", "--accept-collapse", "--map", "--keep", "--country", "--other-name"),
        *("--birth-place", "--nationality", "--identifier", "--address", "--regime", "--authority"),
        *("--webhook", "--watch"),
    }
    stated = [word.split("=", 1)[0] for word in itertools.takewhile(lambda word: word != "--", arguments)]
    if "owners" in stated:
        several |= {"--from"}
    if "trade" in stated:
        several |= {"--origin", "--restricted", "--hub", "--code"}
    if "exchange" in stated:
        several |= {
            "--group",
            "--publishes",
            "--add",
            "--leave",
            "--revoke",
            "--recover",
            "--to",
            "--type",
            "--rests-on",
        }
    counted = Counter(word for word in stated if word.startswith("--") and word not in several)
    repeated = [option for option, count in counted.items() if count > 1 and option not in _FLAGS]
    if repeated:
        raise BadInput(f"{repeated[0]} is given {counted[repeated[0]]} times", remedy="give it once")


_FLAGS = {
    *("--json", "--no-color", "--starter", "--strict", "--trace", "--help", "--ignore-decisions", "--all"),
    *("--restart", "--joint", "--not-joint", "--explain", "--unverified", "--accept-withdrawal", "--as-dated"),
    *("--full", "--as-recorded", "--portable", "--publish"),
    *("--whole", "--paused", "--in-full", "--fail-on-alert", "--preview"),
    *("--signing", "--sealing", "--own-keys", "--orcon", "--no-commercial-use"),
}


def _usage(error: TyperException) -> str:
    """What is wrong with the command line, and where its help is."""
    describe = getattr(error, "format_message", None)
    context = getattr(error, "ctx", None)
    help_line = f"\nsee: {context.command_path} --help" if context is not None else ""
    return f"{describe() if describe else error}{help_line}"
