"""Two nodes of a coalition over their real stores: 10,000 notices after an outage, and a list of 25,000 parties.

    python -m benchmarks.exchange [--notices 10000] [--listings 25000] [--out FILE]
    python -m benchmarks.exchange --folder DIR --stage write|bring|publication [--most N]    one part after the other

Every notice is PARTNER, so it is signed, sealed, opened, kept, receipted and applied; nothing crosses a network, bytes
alone pass between the two. While they are written the other node is down: bringing them is what catching up costs.
Times are CPU seconds of this process, which is both ends. The publication is taken whole, then again after a hundredth
of it changed; what a delta of lines would weigh stands beside it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from enduse.exchange.handling import partner
from enduse.exchange.publication import Item, fetch
from enduse.interfaces.exchange.node import FOLDER
from enduse.lists import partners
from enduse.model.citation import Citation
from enduse.model.letter_record import IN, OUT
from enduse.model.party import Address, ListedParty, Listing, Name, NameKind, PartyKind, SourceReference
from exchange_nodes import InProcess, Party, coalition, party
from exchange_world import Clock, mirror_of

RISK: dict[str, Any] = {
    "typology": "diversion through a trader of a third country",
    "item": "5A001.j",
    "red_flags": ["a new company", "payment from elsewhere"],
    "confidence": "medium",
    "source_grade": "B",
    "noticed_on": "2026-03-02",
}
CHANGED = 100
"""One party in so many changes between two editions."""


def nodes(folder: Path) -> dict[str, Party]:
    """Two nodes that reach each other: made, or opened again."""
    if not (folder / "us").exists():
        return coalition(folder, "us", "nl")
    clock = Clock()
    made = {name: party(folder / name, clock) for name in ("us", "nl")}
    for name, one in made.items():
        one.ways.update({other: InProcess(made[other]) for other in made if other != name})
    return made


def write(folder: Path, count: int) -> dict[str, Any]:
    """Put notices on their way while the other node is down."""
    us, begin = nodes(folder)["us"].node, time.process_time()
    for number in range(count):
        us.post().send("risk_alert", ["nl"], partner("nl"), RISK | {"typology": f"{RISK['typology']}, {number}"})
    spent = time.process_time() - begin
    us.stores.close()
    return {"notices": count, "cpu_s": round(spent, 1), "ms_each": round(spent / count * 1000, 2)}


def bring(folder: Path, most: int) -> dict[str, Any]:
    """Bring what waits: open, keep, receipt, settle, apply."""
    made = nodes(folder)
    us, nl = made["us"], made["nl"]
    begin, done = time.process_time(), 0
    way = us.ways["nl"]
    post = us.node.post()
    while done < most and (waiting := post.outgoing("nl")):
        done += sum(post.receipts(one) for one in way.deliver([blob for _, blob in waiting]))
    spent = time.process_time() - begin
    left = us.node.stores.need().letters.waiting().get("nl", 0)
    applied = nl.node.stores.need().letters.count(IN, ("PARTNER",))
    told = us.node.stores.need().letters.count(OUT, ("PARTNER",))
    size = sum(one.stat().st_size for one in (folder / "nl").glob("*") if one.is_file())
    for one in made.values():
        one.node.stores.close()
    assert applied + left == told, "a letter is lost"
    found = {"brought": done, "left": left, "cpu_s": round(spent, 1), "ms_each": round(spent / max(done, 1) * 1000, 2)}
    return found | {"per_s_and_core": round(done / spent, 1) if spent else 0, "store_mb": round(size / 2**20, 1)}


def publication(folder: Path, count: int) -> dict[str, Any]:
    """Publish a list, take it whole, change a hundredth, take it again."""
    made = nodes(folder)
    us, nl = made["us"].node, made["nl"].node
    found: dict[str, Any] = {"listings": count}
    member = nl.membership().member("us")
    assert member is not None
    before = b""
    for edition in (1, 2):
        head = partners.Head("us", "EL", "A list", "US-OFFICE", dt.date(2026, 3, edition))
        body = partners.write_listings(head, (_party(one, edition) for one in range(count)))
        begin = time.process_time()
        us.publication().publish({"listings/el.jsonl": Item(body, {"title": "A list", "list": "EL"})}, us.now())
        published = time.process_time() - begin
        taken = 0

        def counted(path: str) -> Any:
            nonlocal taken
            for piece in mirror_of(us.data / FOLDER / "publication")(path):
                taken += len(piece)
                yield piece

        begin = time.process_time()
        results = dict(nl.take_publication(member, counted))
        spent = time.process_time() - begin
        assert results == {"listings/el.jsonl": "taken"}, results
        lines, old = set(body.splitlines()), set(before.splitlines())
        delta = b"\n".join(sorted([*(lines - old), *(line[:80] for line in old - lines)]))
        found[f"edition {edition}"] = {
            "bytes": len(body),
            "bytes_fetched": taken,
            "publish_cpu_s": round(published, 2),
            "take_cpu_s": round(spent, 2),
            "lines_changed": len(lines - old) if before else 0,
            "delta_of_lines_bytes": len(delta) if before else 0,
            "packed_bytes": len(gzip.compress(body, 6)),
        }
        before = body
    idle = time.process_time()
    assert not fetch_again(us.data, nl.data, member.root, us.now(), body)
    found["nothing new, take_cpu_s"] = round(time.process_time() - idle, 3)
    for one in made.values():
        one.node.stores.close()
    return found


def fetch_again(us: Path, nl: Path, root: str, now: dt.datetime, body: bytes) -> list[str]:
    """What is brought where nothing changed."""
    seen = fetch(
        nl / FOLDER / "seen" / "us",
        "us",
        root.encode(),
        mirror_of(us / FOLDER / "publication"),
        now,
        allowed=("listings/*",),
        known=lambda one: one.sha256 == hashlib.sha256(body).hexdigest(),
    )
    return [one.path for one in seen.targets if one.body is not None]


def _party(number: int, edition: int) -> ListedParty:
    changed = f", edition {edition}" if number % CHANGED == 0 else ""
    listing = Listing(
        list_id="EL",
        authority="US-OFFICE",
        citation=Citation("89 FR 20107", url="https://www.federalregister.gov/"),
        listed_from=dt.date(2020, 1, 1) + dt.timedelta(days=number % 2_000),
        licence_requirement="For all items subject to the law",
        review_policy="Presumption of denial",
        remarks=f"an invented entry that is as long as real ones are{changed}",
    )
    names = (Name(f"Invented Trading Company No. {number} LLC"), Name(f"ITC {number}", NameKind.ALIAS))
    address = Address(f"No. {number % 900} Harbour Road, Example City", country="XB")
    source = SourceReference("us")
    return ListedParty(f"us:{number}", names, (listing,), source, PartyKind.COMPANY, addresses=(address,))


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notices", type=int, default=10_000)
    parser.add_argument("--listings", type=int, default=25_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--stage", choices=("all", "write", "bring", "publication"), default="all")
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        found: dict[str, Any] = {}
        if asked.stage in ("all", "write"):
            found["write"] = write(folder / "post", asked.notices)
        if asked.stage in ("all", "bring"):
            found["catch_up"] = bring(folder / "post", asked.most)
        if asked.stage in ("all", "publication"):
            found["publication"] = publication(folder / "published", asked.listings)
    text = json.dumps(found, indent=1)
    print(text)
    if asked.out is not None:
        before = json.loads(asked.out.read_text()) if asked.out.is_file() and asked.stage != "all" else {}
        asked.out.write_text(json.dumps(before | found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
