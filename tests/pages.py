"""One address of every page, for tests and for the pictures in docs/web.md."""

from __future__ import annotations

import json
from pathlib import Path

from api_server import ENTITIES, TODAY, entity, held, sanction
from enduse.lists.sync import sync_from_dir

PAGES = {
    "home": "/",
    "answer": "/check?item=5A001.j&from=US&to=CN&party.0.name=Akme+Optronics&party.0.country=CN",
    "timeline": "/check/timeline?item=EAR99&from=US&to=IL&party.0.name=NSO+Group&party.0.country=IL",
    "screen": "/screen",
    "hits": "/screen?name=Akme+Optronic+Works&country=CN",
    "party": "/parties/ftm:acme",
    "items": "/items?q=spyware",
    "item": "/items/5A001.j",
    "rules": "/rules",
    "act": "/rules/eu/dual-use",
    "rule": "/rules/us/ear/744.11",
    "lists": "/lists",
    "list": "/lists/us_csl",
    "changes": "/lists/ftm/changes",
    "bulk": "/bulk",
    "portfolio": "/portfolio",
    "map": "/map?item=5A001.j&law=eu",
}

EARLIER = "2026-07-01"
OF_BEFORE = [
    *(one for one in ENTITIES if one["id"] not in ("ship", "ship-sanction", "acme")),
    entity("acme", "Company", name=["Acme Optronics Co., Ltd."], country=["cn"], topics=["sanction"]),
    entity("former", "Company", name=["شركة المثال للبصريات", "Example Optics"], country=["ae"], topics=["sanction"]),
    sanction("former-sanction", "former", provisions=["licence requirement"]),
]


ACME = "Acme Optronics Co. Ltd."
GROUP = "Hangzhou Lantern Group 杭州灯笼集团有限公司"
HOLDINGS: tuple[dict[str, str], ...] = (
    {"owner": GROUP, "owned": ACME, "percent": "60", "from": "2019-03-01", "control": "appoints_board_majority"},
    {
        "owner": "شركة المثال القابضة",
        "owned": ACME,
        "percent": "25-50",
        "from": "2021-01-01",
        "note": "stated as a band",
    },
    {"owner": "Bureau of Public Watching", "owned": GROUP, "percent": "unknown", "source": "annual report"},
    {"owner": ACME, "owned": "Example Lens Works GmbH", "percent": "75", "from": "2020-01-01"},
    {"owner": ACME, "owned": "Riverside Precision Sp. z o.o.", "percent": "unknown", "source": "annual report"},
    {"owner": ACME, "owned": "Former Example Trading", "percent": "100", "from": "2018-01-01", "to": "2022-12-31"},
    {
        "owner": "Example Lens Works GmbH",
        "owned": "株式会社見本光学",
        "percent": "51",
        "from": "2022-04-01",
        "votes": "40",
    },
)
"""Who owns the invented company and whom it owns: shares, a band, unknown ones, one that has ended."""


def holdings_csv() -> str:
    """The holdings as a table of owners; the invented company has its number."""
    columns = ("owner", "owned", "percent", "from", "to", "source", "votes", "control", "note", "owner_id", "owned_id")
    number = "913301007654321098"
    rows = [
        {"source": "register of companies"}
        | one
        | {f"{side}_id": number for side in ("owner", "owned") if one[side] == ACME}
        for one in HOLDINGS
    ]
    return "\n".join([",".join(columns), *(",".join(row.get(name, "") for name in columns) for row in rows)]) + "\n"


def two_editions(folder: Path) -> Path:
    """A data directory with the invented list as it is now, and as it was a month before, and a file of owners."""
    data = held(folder)
    (data / "owners").mkdir()
    (data / "owners" / "owners.csv").write_text(holdings_csv(), encoding="utf-8")
    files = folder / "earlier"
    files.mkdir()
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in OF_BEFORE)
    (files / "entities.ftm.json").write_text(lines, encoding="utf-8")
    (files / "enduse-sources.toml").write_text(
        f'[[edition]]\nsource = "ftm"\nedition = "{EARLIER}"\nfiles = {{ entities = "entities.ftm.json" }}\n',
        encoding="utf-8",
    )
    assert [one.source for one in sync_from_dir(data, files, today=TODAY).loaded] == ["ftm"]
    return data
