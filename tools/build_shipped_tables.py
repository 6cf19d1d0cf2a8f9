"""Write the shipped EAR tables from a reduced copy of the Commerce Control List (JSON), with the product's own parser.

Used by maintainers: ``python tools/build_shipped_tables.py ccl_reduced.json [nodes.json.gz]``. Users build from the
official markup with ``enduse rules build-tables``.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

from enduse.items.ecfr.entries import Entry, Reading, with_the_first
from enduse.items.ecfr.tables import write_list_tables

TABLES = Path(__file__).parents[1] / "src/enduse/rulebooks/us/ear/tables"


def main(reduced: Path, nodes: Path | None) -> None:
    """Read the reduced list and write the tables."""
    content = json.loads(reduced.read_text(encoding="utf-8"))
    paragraphs: dict[str, dict[str, None]] = {}
    for raw in content["entries"]:
        found = paragraphs.setdefault(raw["eccn"], {})
        for item in raw.get("items") or ():
            if item.get("paragraph") and item.get("kind") == "item":
                found[item["paragraph"]] = None
    if nodes is not None:
        with gzip.open(nodes) as stream:
            for node in json.load(stream):
                eccn, _, sub = node["eccn"].partition(".")
                if sub and eccn in paragraphs:
                    paragraphs[eccn][sub] = None
    entries = [
        Entry(
            eccn=raw["eccn"],
            heading=raw["heading"],
            controls=tuple((row["control"], row["countryChart"]) for row in raw["countryChart"]),
            exceptions={**(raw.get("licenceExceptionFlags") or {})}
            | ({"STA": raw["staSpecialConditions"]} if raw.get("staSpecialConditions") else {}),
            paragraphs=with_the_first(paragraphs[raw["eccn"]]),
        )
        for raw in content["entries"]
    ]
    reading = Reading()
    write_list_tables(entries, TABLES, reading)
    print(f"{len(entries)} entries, {reading.phrases} phrases, {reading.by_hand} by hand")
    print(f"{len(reading.unparsed)} not understood")
    for line in reading.unparsed:
        print("  ", line)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
