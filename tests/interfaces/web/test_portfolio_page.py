"""A portfolio in a browser: upload and answers, without a script."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from browsers import RULES, axe, browser
from enduse.interfaces.api.holdings import Holdings
from service_world import service
from web_world import NARROW, PORTFOLIO, opened, running


def sent(web: TestClient, table: str, name: str = "holdings.csv", **fields: str) -> str:
    files = {"file": (name, table.encode())}
    answer = web.post("/portfolio", data={"as_of": "2023-06-01"} | fields, files=files)
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_the_form_says_what_a_table_holds(web: TestClient) -> None:
    page = web.get("/portfolio").text
    assert "name, isin, lei, ticker, side, quantity, trade_date" in page
    assert 'href="/portfolio"' in web.get("/bulk").text


def test_each_line_is_answered_with_its_source(web: TestClient) -> None:
    page = sent(web, PORTFOLIO)
    assert "Barred Line 2: SenseTime Group Limited Bought on 2022-02-09, 1,000" in page
    assert "Name hit to review Line 3: SenseTime Group Inc." in page
    assert "Only to divest Line 4: SenseTime Group Limited" in page
    assert "Barred from 2022-02-08; permitted solely to divest before 2022-12-10" in page
    assert "CMIC:PURCHASE_BARRED E.O. 13959 as amended by E.O. 14032, section 1" in page
    assert "solely_to_divest true a sale out of a portfolio is taken as made solely to divest" in page


def test_choices_of_the_form_count(web: TestClient) -> None:
    table = "name,side,trade_date\nSenseTime Group Limited,buy,2022-02-09\n"
    assert "Barred Line 2" not in sent(web, table, us_person="no")
    assert "Cannot be decided yet Line 2" in sent(web, table, strict="yes")


def test_a_line_that_cannot_be_read_is_named(web: TestClient) -> None:
    page = sent(web, "name,side\nSenseTime Group Limited,short\n<b>x</b>,\n")
    assert "1 line could not be read and was not judged." in page
    assert "table.csv line 2, column side: 'short' is no side" in page


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("side\nbuy\n", "no column says which security it is"),
        ("colour\nred\n", "unknown column"),
        ("name\n" + "x\n" * 1_001, "more than 1,000 lines"),
    ],
)
def test_a_table_that_is_none_is_refused(web: TestClient, table: str, said: str) -> None:
    answer = web.post("/portfolio", files={"file": ("holdings.csv", table.encode())})
    assert answer.status_code == 422
    assert said in answer.text


def test_no_file_is_said(web: TestClient) -> None:
    answer = web.post("/portfolio", data={})
    assert (answer.status_code, "no file was sent" in answer.text) == (422, True)


def test_names_do_not_become_markup(web: TestClient) -> None:
    answer = web.post(
        "/portfolio", files={"file": ("h.csv", b"name,ticker\nSenseTime <i>Group</i> Limited,<script>1</script>\n")}
    )
    assert "<script>1" not in answer.text
    assert "<i>Group" not in answer.text


@pytest.fixture(scope="module")
def base(data: object, holdings: Holdings) -> Iterator[str]:
    with running(service(data, open_holdings=lambda: holdings, request_rate=1_000_000)) as found:  # type: ignore[arg-type]
        yield found


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_answers_are_accessible_and_fit_a_telephone(base: str, scheme: str) -> None:
    with browser() as chromium:
        context, page = opened(chromium, base, color_scheme=scheme, viewport=NARROW)
        page.goto("/portfolio?as_of=2023-06-01")
        file = {"name": "holdings.csv", "mimeType": "text/csv", "buffer": PORTFOLIO.encode()}
        page.locator("#file").set_input_files(files=[file])  # type: ignore[arg-type]
        page.get_by_role("button", name="Check", exact=True).click()
        page.get_by_role("heading", name="Portfolio: answers").wait_for()
        page.evaluate(axe())
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        assert [one["id"] for one in found["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        context.close()
