"""The values of plain options without pydantic, which typer loads for any value that it converts.

Texts are taken as they are, paths are checked by typer's own function; numbers and the rest are left to typer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer._coercion import build_runtime_param
from typer._param_types import coerce_cli_path


class PlainValue:
    """Converts the value of one option as typer does; pydantic is loaded where the value needs it."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value of an option.

        Args:
            value: what the command line gives, or the default.
            param: the option or argument.
            ctx: the command's context.

        Raises:
            BadParameter: the value is not of the option's type.
        """
        descriptor = param.type_descriptor
        info = descriptor.parameter_info
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if info.parser is None:
            if descriptor.annotation is str and _is_text(value):
                return value
            if descriptor.annotation == list[str] and isinstance(value, (list, tuple)) and all(map(_is_text, value)):
                return list(value)
            if descriptor.annotation is Path and _is_text(value):
                return coerce_cli_path(Path(value), info, path_type=Path, param=param, ctx=ctx)
        return build_runtime_param(descriptor).coerce(value, param=param, ctx=ctx)


def _is_text(value: Any) -> bool:
    """Whether a value is text that pydantic would take unchanged: it refuses lone surrogates."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def use_plain_values(command: Any) -> Any:
    """A command, and those of its group, whose options are read by :class:`PlainValue`."""
    plain = PlainValue()
    for param in command.params:
        param._runtime_param = plain
    made = command.get_help_option

    def help_option(ctx: Any) -> Any:
        option = made(ctx)
        if option is not None:
            option._runtime_param = plain
        return option

    command.get_help_option = help_option
    for inner in getattr(command, "commands", {}).values():
        use_plain_values(inner)
    return command
