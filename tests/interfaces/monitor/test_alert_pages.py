"""Alerts in a browser and over HTTP: the queue, the work, what changed, one party across governments."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from browsers import browser
from enduse.model.record import By
from people import form_token, signed_in
from web_world import World, opened, world

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("monitored")) as found:
        yield found


class Person:
    """Somebody with a browser that runs no script."""

    def __init__(self, here: World, login: str) -> None:
        self.http: TestClient = signed_in(here.app, login)
        self.token = form_token(self.http)

    def page(self, path: str, status: int = 200) -> str:
        answer = self.http.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, path: str, **fields: Any) -> Any:
        return self.http.post(path, data={**fields, "csrf_token": self.token})

    def api(self, method: str, path: str, **asked: Any) -> Any:
        return self.http.request(method, path, headers={"x-csrf-token": self.token}, **asked)


@pytest.fixture
def ada(here: World) -> Person:
    return Person(here, "ada")


def alerts(person: Person, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.api("GET", "/v1/monitor/alerts", params={"status": "all", **asked}).json()[
        "results"
    ]
    return found


def one(person: Person, customer: str, became: str) -> str:
    return next(str(row["id"]) for row in alerts(person) if (row["customer"], row["became"]) == (customer, became))


def test_the_queue_has_the_urgent_ones_first_and_names_in_elements_of_their_own(ada: Person) -> None:
    text = ada.page("/monitor?status=all")
    assert text.index("caught by law") < text.index("freed by law")
    assert '<bdi dir="auto">شركة المثال للبصريات</bdi>: no longer resembles a listing' in text
    order = [row["severity"] for row in alerts(ada)]
    assert order == sorted(order, key=["high", "medium", "low"].index)
    assert "\u2068" not in str(alerts(ada))


def test_pages_of_the_queue_follow_each_other(ada: Person) -> None:
    first = ada.api("GET", "/v1/monitor/alerts", params={"status": "all", "limit": 4}).json()
    second = ada.api("GET", "/v1/monitor/alerts", params={"status": "all", "limit": 50, "cursor": first["next"]}).json()
    ids = [row["id"] for row in (*first["results"], *second["results"])]
    assert ids == [row["id"] for row in alerts(ada)]
    assert second["next"] is None
    assert ada.api("GET", "/v1/monitor/alerts", params={"cursor": "nonsense"}).status_code == 400


def test_an_alert_shows_both_sides_what_it_means_and_its_source(ada: Person) -> None:
    text = ada.page(f"/monitor/alerts/{one(ada, 'C-0044', 'caught')}")
    for said in ("Before (2025-09-28)", "Now (2025-09-29)", "EL:AFFILIATE applies", "90 FR 47201", "60 percent"):
        assert said in text
    text = ada.page(f"/monitor/alerts/{one(ada, 'C-0012', 'changed')}")
    assert "What changed" in text and "Side by side" in text
    ada.page("/monitor/alerts/0123456789abcdef0123456789abcdef", 404)


def test_several_are_shown_before_they_are_done(here: World, ada: Person) -> None:
    marked = [row["id"] for row in alerts(ada) if row["customer"] == "C-0044"]
    fields = {"alert": marked, "action": "snooze", "until": "2026-09-01", "reason": "the owner answers in August"}
    answer = ada.send("/monitor/alerts", **fields)
    assert "Nothing is done yet" in answer.text and answer.text.count("snoozed") == len(marked)
    assert {row["status"] for row in alerts(ada) if row["customer"] == "C-0044"} == {"open"}
    answer = ada.send("/monitor/alerts", **fields, sure="yes")
    assert answer.headers["location"] == f"/monitor?done={len(marked)}"
    assert {row["status"] for row in alerts(ada) if row["customer"] == "C-0044"} == {"snoozed"}
    assert marked[0] not in ada.page("/monitor")
    answer = ada.send("/monitor/alerts", alert=marked, action="snooze", reason="no day", sure="yes")
    assert answer.status_code == 200 and answer.text.count("refused:") == len(marked)
    assert ada.send("/monitor/alerts", action="assign").status_code == 422


def test_a_refusal_stands_on_the_page_with_what_was_typed(ada: Person) -> None:
    alert = one(ada, "C-0007", "gone")
    answer = ada.send(f"/monitor/alerts/{alert}", action="close", verdict="same", reason="it is they")
    assert answer.status_code == 422
    assert "says nothing of this alert" in answer.text and "it is they" in answer.text


def test_what_somebody_else_has_changed_is_not_overwritten(ada: Person) -> None:
    alert = one(ada, "C-0007", "hit")
    seen = ada.api("GET", f"/v1/monitor/alerts/{alert}").json()["version"]
    done = ada.api("POST", f"/v1/monitor/alerts/{alert}/actions", json={"action": "escalate", "reason": "now"})
    assert done.json()["work"]["note"] == "now"
    late = {"action": "close", "verdict": "noted", "reason": "late", "version": seen}
    answer = ada.api("POST", f"/v1/monitor/alerts/{alert}/actions", json=late)
    assert answer.status_code == 400 and "somebody else" in answer.text


def test_a_proposed_closing_is_confirmed_by_another_person(here: World, ada: Person) -> None:
    (waiting,) = [row["id"] for row in alerts(ada, status="closing")]
    assert "Confirm the closing" in ada.page(f"/monitor/alerts/{waiting}")
    assert ada.send(f"/monitor/alerts/{waiting}", action="confirm").status_code == 303
    store = here.app.state.service.stores.need()
    assert [one.verdict.value for one in store.decisions.all() if one.name == "Bureau of Public Watching"] == ["same"]
    assert store.verify().problem == ""


def test_an_auditor_reads_and_changes_nothing(here: World, ada: Person) -> None:
    otto, alert = Person(here, "otto"), one(ada, "C-0012", "changed")
    assert "What else may be done" not in otto.page(f"/monitor/alerts/{alert}")
    assert otto.send(f"/monitor/alerts/{alert}", action="reopen", reason="x").status_code == 403
    eve = Person(here, "eve")
    eve.page("/monitor", 403)
    assert '/monitor"' not in eve.page("/lists").split("</header>")[0]


def test_programs_keep_registers_up_to_date(here: World) -> None:
    eve = Person(here, "eve")
    rows = {"customers": [{"key": "P-1", "name": "Example Pumps"}, {"key": "P-2", "name": "Example Valves"}]}
    told = eve.api("POST", "/v1/monitor/registers/pumps/customers", json=rows).json()
    assert (told["customers"], told["new"]) == (2, 2)
    told = eve.api("POST", "/v1/monitor/registers/pumps/customers", json={"customers": [], "remove": ["P-1"]}).json()
    assert (told["customers"], told["removed"]) == (1, 1)
    nobody: tuple[list[dict[str, str]], ...] = ([], [{"key": "P-3", "name": "", "kind": "any"}], [{"name": "x"}])
    for some in nobody:
        asked = {"customers": some}
        assert eve.api("POST", "/v1/monitor/registers/pumps/customers", json=asked).status_code == 400
    assert eve.api("GET", "/v1/monitor/watches").json()["registers"]["pumps"] == 1
    assert {run["watch"] for run in eve.api("GET", "/v1/monitor/runs").json()["results"]} == {"customers", "owned"}


def test_a_receivers_path_is_told_to_nobody(here: World) -> None:
    store = here.app.state.service.stores.need()
    kept = next(record for record in store.monitoring.watches() if record.key == "owned")
    told = {**kept.content, "webhooks": ["https://hooks.example/services/T0/secret"]}
    by = By.of(here.actor("ada"))
    store.monitoring.put_watch("owned", told, by=by, action="watch.keep", reason="a receiver")
    answer = Person(here, "eve").api("GET", "/v1/monitor/watches")
    assert "secret" not in answer.text
    assert [one["webhooks"] for one in answer.json()["results"] if one["name"] == "owned"] == [["hooks.example"]]


def test_changes_of_lists_and_law_are_told_and_fed(ada: Person) -> None:
    text = ada.page("/monitor/changes")
    assert "2026-11-10" in text.split("Until today")[0], "the return of a rule lies ahead"
    assert "1 came, 1 went, 1 changed" in text
    assert "By country: United Arab Emirates 1" in text
    feed = ET.fromstring(ada.api("GET", "/v1/monitor/changes.atom").text)
    entries = feed.findall(f"{ATOM}entry")
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries) > 3
    assert all(str(entry.findtext(f"{ATOM}updated")) <= "2026-08-03T00:00:00Z" for entry in entries)
    (ahead,) = [one for one in entries if "2026-11-10" in str(one.findtext(f"{ATOM}title"))]
    assert "verify it" in str(ahead.findtext(f"{ATOM}content")) and "90 FR 50857" in str(
        ahead.findtext(f"{ATOM}content")
    )


def test_one_party_across_governments(ada: Person) -> None:
    text = ada.page("/monitor/gap?name=NSO+Group")
    assert "Listed on 2026-08-03 by US-BIS" in text and "2021-11-04" in text
    assert "Not at hand, so that nothing is said of them" in text
    assert "No listed party of a like name" in ada.page("/monitor/gap?name=Zzyzx")
    assert ada.http.get("/monitor/gap", params={"name": "x" * 2_001}).status_code == 422


@pytest.mark.browser
def test_the_queue_by_keyboard(here: World) -> None:
    with browser() as chromium:
        _walk(chromium, here)


def _walk(chromium: Browser, here: World) -> None:
    context, page = opened(chromium, here.base, "ada")
    page.goto("/monitor?status=all")
    first, second = (page.locator("[data-stop] a").nth(place).inner_text() for place in (0, 1))
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.querySelector('a').innerText") == first
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.querySelector('a').innerText") == second
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.id") == "now"
    page.keyboard.press("?")
    assert page.locator("[data-keys-help]").get_attribute("open") is not None
    page.goto(f"/monitor/alerts/{_open_hit(here)}")
    page.keyboard.press("j")
    page.keyboard.press("n")
    assert page.locator("#different").is_checked()
    assert page.evaluate("document.activeElement.name") == "reason"
    context.close()


def test_an_alert_is_put_off_by_keyboard_alone(here: World) -> None:
    with browser() as chromium:
        context, page = opened(chromium, here.base, "ada")
        page.goto("/monitor")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "status", "the filter"
        page.keyboard.press("Escape")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("k")
        last = page.locator("[data-stop] a").last
        marked = page.evaluate("document.activeElement.querySelector('a').getAttribute('href')")
        assert marked == last.get_attribute("href"), "backwards begins at the end"
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert page.locator("[data-stop] input:checked").count() == 1
        page.keyboard.press("a")
        page.keyboard.press("Tab")
        page.keyboard.type("Put off")
        assert page.locator("#action").input_value() == "snooze"
        for name, text in (("until", "09012026"), ("reason", "the answer of the bank comes then")):
            while page.evaluate("document.activeElement.name") != name:
                page.keyboard.press("Tab")
            page.keyboard.type(text)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="1 alert: snooze").wait_for()
        while page.evaluate("document.activeElement.textContent.trim()") != "Do it":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_role("status").filter(has_text="Done for 1 alert").wait_for()
        page.goto(marked)
        assert "comes back on 2026-09-01" in page.inner_text("main")
        page.goto("/monitor?status=all")
        page.keyboard.press("j")
        wanted = page.evaluate("document.activeElement.querySelector('a').getAttribute('href')")
        page.keyboard.press("o")
        page.wait_for_url(f"**{wanted}")
        context.close()


def _open_hit(here: World) -> str:
    rows = here.app.state.service.stores.need().monitoring.queue(status=("open",), equal={"became": "hit"})
    return str(rows[0]["id"])
