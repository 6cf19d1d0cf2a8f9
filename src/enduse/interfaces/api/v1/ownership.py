"""Who owns a party, on owners that the request states, and what each regime's rule says of it."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Any

from fastapi import Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from enduse.interfaces.api.v1.common import Asked, AsOf, body_of, part, service_of, takes
from enduse.interfaces.identity.guard import require
from enduse.interfaces.owners import owners_document, owners_report
from enduse.interfaces.service.desk import SharedLists
from enduse.model.errors import BadInput
from enduse.model.truth import Truth
from enduse.ownership.sources import read_owners
from enduse.ownership.sources.table import OPTIONAL, REQUIRED
from enduse.ownership.statements import Reading

router = part("Questions")
MOST_HOLDINGS = 2_000
"""Holdings of one request: each holder's names are screened."""
_TEXT = 300


class AskedHolding(Asked):
    """A row of the table of owners: who holds how much of whom."""

    owner: str = Field(max_length=_TEXT, examples=["Hangzhou Hikvision Digital Technology Co."])
    owned: str = Field(max_length=_TEXT, examples=["Riverside Example GmbH"])
    percent: str = Field(
        max_length=_TEXT,
        description="A number, a range, a band, or unknown; text, so that it is exact.",
        examples=["60"],
    )
    since: str = Field("", max_length=_TEXT, alias="from", description="First day.", examples=["2024-01-01"])
    to: str = Field("", max_length=_TEXT, description="Last day.")
    source: str = Field("", max_length=_TEXT, description="Who says so.")
    votes: str = Field("", max_length=_TEXT, description="Of the votes, where that differs.")
    control: str = Field("", max_length=_TEXT, description="What the owner may do beyond its share.")
    owner_id: str = Field("", max_length=_TEXT, description="LEI or another number of the owner.")
    owned_id: str = Field("", max_length=_TEXT)
    note: str = Field("", max_length=_TEXT)


EXAMPLE: dict[str, Any] = {
    "owner": "Hangzhou Hikvision Digital Technology Co.",
    "owned": "Riverside Example GmbH",
    "percent": "60",
}


class AskedOwners(Asked):
    """The party, and the owners that are known: as ``owners`` or as ``table``."""

    party: str = Field(
        min_length=1,
        max_length=_TEXT,
        description="Its name, number or id, as the owners state it.",
        examples=["Riverside Example GmbH"],
    )
    owners: list[AskedHolding] = Field([], max_length=MOST_HOLDINGS, examples=[[EXAMPLE]])
    table: str = Field(
        "",
        description="In place of `owners`: a file of owners as text, as `enduse owners --from` takes it (a table with "
        "the columns owner, owned, percent, or JSON of GLEIF, UK PSC, BODS, FollowTheMoney).",
    )
    regimes: list[str] = Field([], max_length=20, description="OFAC, BIS, EU, UK, CMIC, UN; all by default.")
    joint: bool | None = Field(None, description="Whether the listed holders act under a joint arrangement (UK).")


@router.post(
    "/ownership",
    response_model=dict[str, Any],
    openapi_extra=takes(AskedOwners),
    dependencies=[require("ownership.run")],
)
async def ownership(request: Request, as_of: AsOf = "") -> Any:
    """Who owns a party and what each regime says of it; nothing is kept. The document of `enduse owners --json`."""
    asked = await body_of(request, AskedOwners)

    def answer() -> dict[str, Any]:
        service = service_of(request)
        day = service.desk.day(as_of) or service.today()
        found = owners_report(
            asked.party,
            [_read(asked)],
            SharedLists(service.lists.holdings()),
            day,
            service.today(),
            regime_ids=asked.regimes,
            joint=Truth.UNKNOWN if asked.joint is None else Truth.of(asked.joint),
        )
        return {**owners_document(found), "restricted": found.restricted, "open": found.open}

    return await run_in_threadpool(answer)


def _read(asked: AskedOwners) -> Reading:
    """The owners as the readers of files read them, so that both say the same of a row.

    Raises:
        BadInput: none are stated, or in both ways; the text has none of the formats; too many.
    """
    if bool(asked.owners) == bool(asked.table.strip()):
        remedy = "rows in owners, or a file's text in table: one of them"
        raise BadInput("no owners are stated, or in two ways", where="owners", remedy=remedy)
    with tempfile.TemporaryDirectory() as folder:
        ending = "json" if asked.table.lstrip("\ufeff \t\r\n").startswith(("{", "[")) else "csv"
        path = Path(folder) / f"owners.{ending}"
        with path.open("w", encoding="utf-8", newline="") as stream:
            if asked.owners:
                _write(asked, stream)
            else:
                stream.write(asked.table)
        reading = read_owners(path)
    if len(reading.statements) > MOST_HOLDINGS:
        problem = f"{len(reading.statements):,} holdings"
        raise BadInput(problem, where="table", remedy=f"at most {MOST_HOLDINGS:,} here; longer files: enduse owners")
    return reading


def _write(asked: AskedOwners, stream: Any) -> None:
    rows = [one.model_dump(by_alias=True) for one in asked.owners]
    for number, row in enumerate(rows):
        for name, text in row.items():
            if "\n" in text or "\r" in text or "\0" in text:
                raise BadInput("a line break", where=f"owners.{number}.{name}", remedy="one line of text")
    writer = csv.DictWriter(stream, [*REQUIRED, *OPTIONAL], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
