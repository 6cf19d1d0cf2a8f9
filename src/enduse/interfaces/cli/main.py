"""``enduse``: parses the command line, calls the product, and turns errors into messages and exit codes.

Exit codes: 0 nothing found on the stated facts; 1 restricted, or a hit; 2 indeterminate; 3 bad input, every usage
error included; 4 internal error or failed operation.
"""

from __future__ import annotations

import io
import itertools
import os
import sys
import traceback
from collections import Counter
from typing import Annotated

import typer
from typer.exceptions import TyperException

from enduse.interfaces.cli import (
    audit,
    changes,
    check,
    decisions,
    demo,
    items,
    licensing,
    lists,
    mcp,
    owners,
    rules,
    screen,
    serve,
    store,
    verify,
)
from enduse.interfaces.cli.context import BAD_INPUT, FAILED, DataDir, Json, NoColor, tell, write
from enduse.model.errors import BadInput, EndUseError, OperationFailed
from enduse.version import __version__

app = typer.Typer(
    name="enduse",
    help="Export control as software: screen parties and decide, with citations, what the law says of a transaction.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        write(f"enduse {__version__}")
        raise typer.Exit


@app.callback()
def options(
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options that every command takes, before or after its name."""


app.command("check")(check.check)
app.command("screen")(screen.screen)
app.command("compare")(screen.compare)
app.command("owners")(owners.owners)
app.command("verify")(verify.verify)
app.command("schema")(check.schema)
app.command("serve")(serve.serve)
app.command("mcp")(mcp.mcp)
app.command("demo")(demo.demo)
app.add_typer(decisions.app, name="decisions")
app.add_typer(audit.app, name="audit")
app.add_typer(store.app, name="store")
app.add_typer(lists.app, name="lists")
app.add_typer(items.app, name="items")
app.add_typer(licensing.app, name="licensing")
app.add_typer(changes.app, name="rules")
app.add_typer(rules.facts_app, name="facts")


def run(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    code = main([_as_text(argument) for argument in (arguments if arguments is not None else sys.argv[1:])])
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            # The interpreter would flush again at its end and change the exit code.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)


def _as_text(argument: str) -> str:
    """An argument that the locale could not decode, read as UTF-8."""
    return os.fsencode(argument).decode("utf-8", errors="replace") if not argument.isprintable() else argument


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        _refuse_repeated(sys.argv[1:] if arguments is None else arguments)
        result = app(args=arguments, standalone_mode=False)
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
    }
    stated = [word.split("=", 1)[0] for word in itertools.takewhile(lambda word: word != "--", arguments)]
    if "owners" in stated:
        several |= {"--from"}
    counted = Counter(word for word in stated if word.startswith("--") and word not in several)
    repeated = [option for option, count in counted.items() if count > 1 and option not in _FLAGS]
    if repeated:
        raise BadInput(f"{repeated[0]} is given {counted[repeated[0]]} times", remedy="give it once")


_FLAGS = {
    *("--json", "--no-color", "--starter", "--strict", "--trace", "--help", "--ignore-decisions", "--all"),
    *("--restart", "--joint", "--not-joint", "--explain", "--unverified", "--accept-withdrawal", "--as-dated"),
    *("--full", "--as-recorded", "--portable", "--publish"),
}


def _usage(error: TyperException) -> str:
    """What is wrong with the command line, and where its help is."""
    describe = getattr(error, "format_message", None)
    context = getattr(error, "ctx", None)
    help_line = f"\nsee: {context.command_path} --help" if context is not None else ""
    return f"{describe() if describe else error}{help_line}"
