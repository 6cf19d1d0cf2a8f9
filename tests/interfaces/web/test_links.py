"""Every link on every page leads somewhere."""

from __future__ import annotations

from fastapi.testclient import TestClient

from crawler import crawl

BEGIN = (
    "/",
    "/check?item=5A001.j&from=US&to=EG&party.0.name=Acme+Optronics&party.0.country=CN",
    "/check?item=EAR99&from=US&to=DE&as_of=2026-07-01",
    "/screen?name=Acme+Optronics",
    "/items?q=spyware",
    "/lists/SDN",
    "/rules/us/ear/744.11",
)
MOST = 160
"""Pages visited."""


def test_every_link_resolves(web: TestClient) -> None:
    broken, visited = crawl(web, BEGIN, MOST)
    assert broken == []
    assert visited > 60
