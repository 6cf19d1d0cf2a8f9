"""Holdings and trades of securities against the investment bans."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Any

from fastapi import Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from enduse.assess import Settings
from enduse.interfaces.api.v1.common import Asked, AsOf, body_of, part, service_of, takes
from enduse.interfaces.identity.guard import require
from enduse.interfaces.law import law_at_hand
from enduse.interfaces.portfolio import (
    COLUMNS,
    holdings_of,
    portfolio_document,
    portfolio_report,
    securities_of,
    stated_facts,
)
from enduse.interfaces.service.desk import SharedLists, checked_laws
from enduse.interfaces.uploads import open_upload
from enduse.model.errors import BadInput
from enduse.rules.rulebook import DEFAULT_LAWS

router = part("Questions")
MOST_LINES = 2_000
"""Lines of one request: each name is screened."""
_TEXT = 300


class AskedLine(Asked):
    """A line of a portfolio; one of ``name``, ``isin``, ``lei``, ``ticker`` says which security it is."""

    name: str = Field("", max_length=_TEXT, examples=["SenseTime Group Limited"])
    isin: str = Field("", max_length=_TEXT)
    lei: str = Field("", max_length=_TEXT)
    ticker: str = Field("", max_length=_TEXT, description="Code and market.", examples=["0728 HK"])
    side: str = Field("", max_length=_TEXT, description="buy or sell; empty for a position held.", examples=["buy"])
    quantity: str = Field("", max_length=_TEXT, description="A number, as text.", examples=["1000"])
    trade_date: str = Field("", max_length=_TEXT, description="Eastern Time.", examples=["2022-02-09"])
    not_same_as: str = Field("", max_length=_TEXT, description="Ids of listed parties ruled out as the issuer.")


class AskedPortfolio(Asked):
    """The lines, as ``lines`` or as ``table``."""

    lines: list[AskedLine] = Field([], max_length=MOST_LINES)
    table: str = Field("", description="In place of `lines`: a CSV as text, as `enduse portfolio check` takes it.")
    facts: dict[str, str] = Field({}, description="Facts of every line: `us_person`, `solely_to_divest`, `instrument`.")
    laws: list[str] = Field([], max_length=20, description="Whose law; all by default.")
    strict: bool = Field(False, description="Ask for what is otherwise presumed.")


@router.post(
    "/portfolio",
    response_model=dict[str, Any],
    openapi_extra=takes(AskedPortfolio),
    dependencies=[require("check.run")],
)
async def portfolio(request: Request, as_of: AsOf = "") -> Any:
    """Whether securities may be dealt in on their days, and who says so; nothing is kept.

    The document of `enduse portfolio check --json`. A line that cannot be read is in `unread`.
    """
    asked = await body_of(request, AskedPortfolio)

    def answer() -> dict[str, Any]:
        service = service_of(request)
        checked_laws(asked.laws)
        day = service.desk.day(as_of) or service.today()
        holdings = service.lists.holdings()
        law = law_at_hand(holdings.data_dir)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "portfolio.csv"
            _write(asked, path)
            lines, unread = holdings_of(open_upload(path), path.name, service.today(), most=MOST_LINES)
        report = portfolio_report(
            lines,
            unread,
            SharedLists(holdings),
            securities_of(holdings.library),
            day,
            service.today(),
            settings=Settings(laws=tuple(asked.laws) or DEFAULT_LAWS, strict=asked.strict),
            books=law.books,
            banners=law.banners,
            facts=stated_facts([f"{key}={value}" for key, value in asked.facts.items()]),
        )
        return portfolio_document(report)

    return await run_in_threadpool(answer)


def _write(asked: AskedPortfolio, path: Path) -> None:
    """The lines as the reader of files reads them, so that both say the same of a line.

    Raises:
        BadInput: none are stated, or in both ways.
    """
    if bool(asked.lines) == bool(asked.table.strip()):
        raise BadInput("no lines are stated, or in two ways", where="lines", remedy="lines, or a CSV in table")
    with path.open("w", encoding="utf-8", newline="") as stream:
        if asked.table.strip():
            stream.write(asked.table)
            return
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for number, line in enumerate(asked.lines):
            cells = [getattr(line, column) for column in COLUMNS]
            for column, text in zip(COLUMNS, cells, strict=True):
                if "\n" in text or "\r" in text or "\0" in text:
                    raise BadInput("a line break", where=f"lines.{number}.{column}", remedy="one line of text")
            writer.writerow(cells)
