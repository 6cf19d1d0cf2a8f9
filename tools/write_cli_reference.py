"""Write docs/cli.md from the command line itself: ``python tools/write_cli_reference.py``.

A test compares the file with what this writes, so every command and every flag is documented as it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from enduse.interfaces.cli.main import command_line

REFERENCE = Path(__file__).parents[1] / "docs" / "cli.md"
HEAD = """# The command line

*Written by `tools/write_cli_reference.py` from the program itself; a test fails when they differ.*

Exit codes: **0** nothing found on the stated facts; **1** restricted, or a hit; **2** indeterminate; **3** bad input,
every usage error included; **4** internal error or failed operation. `verify`, `audit verify` and `check --replay` exit
0 or 1 (reproduced, or not).
`lists`, `rules` and `decisions` commands, and `--bulk`, exit 0 when done, 3 on bad input, 4 when they failed.

`--data-dir`, `--json` and `--no-color` work before and after the command's name. Settings by environment:
`ENDUSE_DATA` (data directory), `ENDUSE_CACHE` (folder of what is derived from the program's own files so that a command
starts quickly; empty: nothing is kept; by default in the user's cache directory), `ENDUSE_RULES` (folder of rulebooks
of your own), `ENDUSE_DATABASE_URL` (PostgreSQL database of decisions and the audit chain, in place of a file in the
data directory), `ENDUSE_EU_FSF_TOKEN` (the user's own token for the EU list), `ENDUSE_DEBUG` (show the trace of an
internal error), `ENDUSE_PROTECTED_DATABASE_URL` (PostgreSQL database of who protected sources are, in place of a
file of their own). `enduse licensing` reads `ENDUSE_LICENSING_LISTS`, `ENDUSE_LICENSING_EXTENSION`,
`ENDUSE_DOCUMENT_FONTS` and `ENDUSE_STARTER` as the service does (docs/operations.md); `licensing rescreen` exits 1 when
a new hit is found. `enduse exchange` reads them too, and `exchange sync` exits 1 likewise. `enduse monitor run` reads
them for live licences, `ENDUSE_SMTP_HOST` and its like for e-mail, and `ENDUSE_PUBLIC_URL` for the link in a digest.
"""
GLOBAL = {"--data-dir", "--json", "--no-color"}


def reference() -> str:
    """The whole reference."""
    root = command_line()
    return HEAD + "".join(_command(f"enduse {name}", command) for name, command in _commands(root))


def _commands(group: Any, prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found += _commands(command, f"{prefix}{name} ")
        else:
            found.append((f"{prefix}{name}", command))
    return found


def _command(name: str, command: Any) -> str:
    arguments = [item for item in command.params if item.param_type_name == "argument"]
    options = [item for item in command.params if item.param_type_name == "option" and item.opts[0] not in GLOBAL]
    usage = " ".join([name, *(_argument(item) for item in arguments), *(["[OPTIONS]"] if options else [])])
    lines = [f"\n## `{usage}`\n", f"\n{(command.help or '').strip()}\n"]
    if arguments or options:
        lines.append("\n")
    for item in arguments:
        lines.append(f"- `{(item.metavar or item.name).upper()}` — {item.help or ''}\n")
    for item in options:
        default = f" Default: `{item.default}`." if item.default not in (None, False, "", [], ()) else ""
        lines.append(f"- `{', '.join(item.opts)}` — {item.help or ''}{default}\n")
    return "".join(lines)


def _argument(item: Any) -> str:
    name = (item.metavar or item.name).upper()
    many = "..." if item.nargs == -1 else ""
    return f"{name}{many}" if item.required else f"[{name}{many}]"


if __name__ == "__main__":
    REFERENCE.parent.mkdir(exist_ok=True)
    REFERENCE.write_text(reference(), encoding="utf-8")
