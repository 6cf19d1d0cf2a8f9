"""The options that state a party to screen, the same for every command that takes one."""

from __future__ import annotations

from typing import Annotated

import typer

Name = Annotated[
    str | None, typer.Argument(help="Name of the party, as it is known; with --kind address: the address.")
]
Kind = Annotated[str, typer.Option(help="person, company, vessel, address or any.")]
Countries = Annotated[
    list[str] | None, typer.Option("--country", help="Country where it is or is registered (repeatable).")
]
OtherNames = Annotated[
    list[str] | None, typer.Option("--other-name", help="Another name of the same party; the best counts (repeatable).")
]
BirthDate = Annotated[str | None, typer.Option(help="Date of birth: 1962, 1962-03 or 1962-03-14.")]
BirthPlaces = Annotated[list[str] | None, typer.Option("--birth-place", help="Place of birth (repeatable).")]
Nationalities = Annotated[list[str] | None, typer.Option("--nationality", help="A country (repeatable).")]
Gender = Annotated[str | None, typer.Option(help="male or female.")]
Identifiers = Annotated[
    list[str] | None,
    typer.Option(
        "--identifier", help="A number: imo:9187629, passport[RU]:75 1234567, or the bare number (repeatable)."
    ),
]
Addresses = Annotated[list[str] | None, typer.Option("--address", help="An address in free text (repeatable).")]
