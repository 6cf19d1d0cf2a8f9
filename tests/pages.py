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
    "map": "/map?item=5A001.j&law=eu",
}

EARLIER = "2026-07-01"
OF_BEFORE = [
    *(one for one in ENTITIES if one["id"] not in ("ship", "ship-sanction", "acme")),
    entity("acme", "Company", name=["Acme Optronics Co., Ltd."], country=["cn"], topics=["sanction"]),
    entity("former", "Company", name=["شركة المثال للبصريات", "Example Optics"], country=["ae"], topics=["sanction"]),
    sanction("former-sanction", "former", provisions=["licence requirement"]),
]


def two_editions(folder: Path) -> Path:
    """A data directory with the invented list as it is now, and as it was a month before."""
    data = held(folder)
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
