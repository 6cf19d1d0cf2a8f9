"""The table of listed parties whose addresses and officers new consignees may share."""

from __future__ import annotations

from pathlib import Path

from enduse.formats.tables import open_table
from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.monitor.trade.declarations import ListedOne

COLUMNS = ("name", "listed", "address", "officers")


def read_listed(path: Path) -> list[ListedOne]:
    """Read the table; several rows of one name and day are one party.

    Raises:
        BadInput: it cannot be read, or a row cannot; names the place.
    """
    table = open_table(path)
    if not {"name", "listed"} <= set(table.columns) or not {"address", "officers"} & set(table.columns):
        raise BadInput("columns are missing", where=path.name, remedy=f"columns: {', '.join(COLUMNS)}")
    found: dict[tuple[str, str], ListedOne] = {}
    for row in table.rows(dates=("listed",)):
        name, listed = row.cells["name"].strip(), row.cells["listed"].strip()
        day = parse_date(listed, where=f"{row.where}, column listed")
        if not name:
            raise BadInput("no name", where=row.where, remedy="fill it")
        address = row.cells.get("address", "").strip()
        officers = tuple(part.strip() for part in row.cells.get("officers", "").split(";") if part.strip())
        before = found.get((name, listed), ListedOne(name, day))
        found[name, listed] = ListedOne(
            name,
            day,
            (*before.addresses, address) if address else before.addresses,
            tuple(dict.fromkeys((*before.officers, *officers))),
        )
    return list(found.values())
