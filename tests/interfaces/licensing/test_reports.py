"""Reports as fragments of pages: cyber-surveillance first, each table with its picture, nothing withheld is shown."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from browsers import RULES, axe, browser
from enduse.cases.decide import shipped_policies
from enduse.cases.facts import Fact
from enduse.cases.statistics import SUPPRESSED, PublishedTable, Release, release, shipped_layouts
from enduse.interfaces.licensing.reports import STYLESHEETS, report
from enduse.interfaces.licensing.reports.charts import LABELS, LONGEST, MOST_BARS, chart
from enduse.interfaces.web.page import ASSETS, HEADERS, asset_bytes
from enduse.model.errors import BadInput

if TYPE_CHECKING:
    from playwright.sync_api import Browser

YEAR = (dt.date(2026, 1, 1), dt.date(2027, 1, 1))
MADE = dt.date(2027, 3, 1)
LAYOUTS = {"eu": "nl", "uk": "uk", "us": "us"}


def fact(number: int, authority: str = "nl", **changes: object) -> Fact:
    """One of many facts, spread over destinations, categories, types and outcomes by its number."""
    types = {"nl": ("individual", "global"), "uk": ("siel", "oiel"), "us": ("licence", "licence")}[authority]
    outcome = ("grant", "grant", "grant_with_conditions", "refuse", "nlr")[number % 5]
    base = Fact(
        line=1,
        authority=authority,
        type=types[number % 7 == 0],
        decided_on=dt.date(2026, 5, 4),
        submitted_on=dt.date(2026, 4, 1),
        registered_on=dt.date(2026, 4, 2),
        code="5A001.j",
        category=str((3, 4, 5, 5, 6)[number % 5 - 1]),
        cyber_surveillance=number % 3 == 0,
        destination=("EG", "TH", "BR", "KE", "RS", "XA")[number * number % 6],
        end_user_category="police",
        value=Decimal(1000 + number),
        currency="EUR" if number % 10 else "USD",
        outcome=outcome,
        criteria=("EU-CP-2",) if outcome == "refuse" else (),
        on_appeal=False,
        clocks=("uk/20:in_time", "uk/60:in_time") if number % 4 else ("uk/20:late", "uk/60:in_time"),
        human_rights_assessed_on=dt.date(2026, 4, 20) if number % 2 else None,
        working_days=10 + number % 30,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def made(layout: str, count: int = 240, previous: Release | None = None, **changes: object) -> Release:
    authority = LAYOUTS[layout]
    facts = [fact(number, authority, **changes) for number in range(count)]
    day = previous.made_on + dt.timedelta(days=90) if previous else MADE
    return release(facts, shipped_layouts()[layout], [authority], YEAR, day, previous=previous)


def shown(layout: str, *releases: Release, **options: Any) -> str:
    return str(report(shipped_layouts()[layout], releases, shipped_policies(), **options))


class Read(HTMLParser):
    """Headings, cells of each table, attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.attributes: set[str] = set()
        self.tags: list[str] = []
        self._to: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._to = self.tables[-1][-1]
            self._to.append("")
        elif tag in ("h1", "h2", "h3"):
            self._to = self.headings
            self._to.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "h1", "h2", "h3"):
            self._to = None

    def handle_data(self, data: str) -> None:
        if self._to is not None:
            self._to[-1] += data


class TestLayouts:
    def test_the_union_s_begins_with_cyber_surveillance(self) -> None:
        found = Read(shown("eu", made("eu"))).headings
        assert found[:2] == ["Annual report on the control of exports of dual-use items", "Cyber-surveillance items"]
        assert found.index("Cyber-surveillance items") < found.index("Other dual-use items")
        assert "Category of item by destination" in found

    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_each_table_stands_beside_a_picture_that_says_the_same(self, layout: str) -> None:
        text = shown(layout, made(layout))
        pictures = text.count('<svg class="bars"')
        assert pictures == len(made(layout).tables)
        assert text.count("the table below says the same") == pictures
        assert text.count("</table>") > pictures

    def test_the_uk_s_has_its_rates_and_criteria_in_words(self) -> None:
        text = shown("uk", made("uk"))
        for word in ("Decided within 20 working days", "75.0 %", "EU-CP-2: 48", "Standard individual export licence"):
            assert word in text

    def test_numbers_are_those_of_the_release(self) -> None:
        one = made("us")
        table = one.tables[0]
        cells = Read(shown("us", one)).tables[0]
        assert [row[1:-1] for row in cells[1:-1]] == [list(row) for row in table.cells]
        assert [row[-1] for row in cells[1:-1]] == list(table.row_totals)
        assert cells[-1][1:] == [*table.column_totals, table.total]

    def test_countries_and_types_are_named(self) -> None:
        text = shown("eu", made("eu"))
        assert "Egypt" in text and "Individual export authorisation" in text

    @pytest.mark.parametrize(
        ("layout", "word"), [("eu", "Enforcement:"), ("uk", "compliance visits"), ("us", "exceptions")]
    )
    def test_what_it_does_not_hold_is_said(self, layout: str, word: str) -> None:
        assert word in shown(layout, made(layout))

    def test_without_a_decision_it_says_so(self) -> None:
        text = shown("eu", made("eu", 0))
        assert text.count("Nothing was decided.") == 6
        assert "not assessable" in text


class TestVersions:
    def test_every_version_is_listed_with_what_it_replaces_and_its_hash(self) -> None:
        first = made("us", 200)
        second = made("us", 240, first)
        text = shown("us", second, first)
        assert "This version replaces 1: +40 facts since version 1" in text
        for one in (first, second):
            assert one.sha256 in text
        assert [row[0] for row in Read(text).tables[-1][1:]] == ["2 (shown)", "1"]

    def test_an_earlier_one_says_that_it_was_replaced(self) -> None:
        first = made("us", 200)
        second = made("us", 240, first)
        assert "A later version replaces this one:" in shown("us", first, second, version=1)

    def test_an_unknown_version_or_a_mixture_is_refused(self) -> None:
        with pytest.raises(BadInput, match="no version 3"):
            shown("us", made("us"), version=3)
        with pytest.raises(BadInput, match="several reports"):
            shown("us", made("us"), made("eu"))
        with pytest.raises(BadInput, match="no version"):
            shown("us")


class TestWithheld:
    def test_a_section_of_few_lines_is_not_given_away_by_the_total_of_all(self) -> None:
        facts = [fact(number, cyber_surveillance=number < 3) for number in range(103)]
        one = release(facts, shipped_layouts()["eu"], ["nl"], YEAR, MADE)
        later = release(
            [*facts, fact(7, cyber_surveillance=True)], shipped_layouts()["eu"], ["nl"], YEAR, MADE, previous=one
        )
        text = shown("eu", one, later)
        visible = re.sub(r"<[^>]*>", " ", text)
        assert not re.search(r"\b10[34]\b", visible)
        assert "+1 facts" not in visible
        assert "a section has too few" in visible

    def test_both_ways_of_suppression_are_explained_and_counted_and_not_told_apart(self) -> None:
        one = made("eu", 60)
        hidden = sum(table.suppressed for table in one.tables)
        assert hidden
        text = shown("eu", one)
        assert f"In tables of counts {hidden} cells hold {SUPPRESSED}" in text
        assert "primary suppression" in text and "complementary suppression" in text
        assert set(re.findall(r'class="number( [a-z]+)?">\[c\]<', text)) <= {" withheld", " total"}

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.integers(0, 400), min_size=0, max_size=90), st.sampled_from(sorted(LAYOUTS)))
    def test_no_picture_tells_more_than_its_table(self, numbers: list[int], layout: str) -> None:
        facts = [fact(number, LAYOUTS[layout]) for number in numbers]
        one = release(facts, shipped_layouts()[layout], [LAYOUTS[layout]], YEAR, MADE)
        for table in one.tables:
            told = {int(text) for row in table.cells for text in row if text != SUPPRESSED}
            told |= {int(text) for text in (*table.row_totals, *table.column_totals) if text != SUPPRESSED}
            for bar in chart(table, str, str).bars:
                for part in bar.parts:
                    assert part.number == 0 or part.count in told
                if bar.total == SUPPRESSED:
                    assert bar.parts == ()
                else:
                    assert sum(part.count for part in bar.parts) == int(bar.total)
                    assert sum(part.number == 0 for part in bar.parts) <= 1


class TestChart:
    def table(self, rows: int, columns: int, value: int = 9) -> PublishedTable:
        cells = tuple((str(value),) * columns for _ in range(rows))
        return PublishedTable(
            *("t", "s", "title"),
            tuple(f"r{n}" for n in range(rows)),
            tuple(f"c{n}" for n in range(columns)),
            cells,
            (str(value * columns),) * rows,
            (str(value * rows),) * columns,
            str(value * rows * columns),
        )

    def test_bars_are_the_longer_side_and_the_longest_fills_the_width(self) -> None:
        found = chart(self.table(3, 8), str, str)
        assert [len(found.bars), len(found.legend)] == [8, 3]
        assert found.bars[0].end == LABELS + LONGEST

    def test_many_parts_make_whole_bars(self) -> None:
        found = chart(self.table(9, 10), str, str)
        assert found.legend == ()
        assert all(len(bar.parts) == 1 for bar in found.bars)

    def test_what_is_left_out_is_counted(self) -> None:
        found = chart(self.table(2, MOST_BARS + 5), str, str)
        assert (len(found.bars), found.left_out) == (MOST_BARS, 5)

    def test_what_was_joined_comes_last(self) -> None:
        table = replace(self.table(2, 3), columns=("other", "c1", "c2"), column_totals=("99", "18", "18"))
        assert [bar.label for bar in chart(table, str, str).bars][-1] == "other"


def test_it_holds_no_script_and_no_style_and_escapes_what_it_is_given() -> None:
    text = shown("eu", made("eu"), csv='/x?a=1&b="><script>')
    found = Read(text)
    assert {"script", "style", "link"} & set(found.tags) == set()
    assert {one for one in found.attributes if one == "style" or one.startswith("on")} == set()
    assert "&#34;&gt;&lt;script&gt;" in text


# --- in a browser, under the policy of the web interface


def page_of(fragment: str) -> str:
    links = "".join(f'<link rel="stylesheet" href="/static/{name}">' for name in (*STYLESHEETS, "print.css"))
    links = links.replace('print.css"', 'print.css" media="print"')
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Report</title>'
        f'<meta name="viewport" content="width=device-width">{links}</head>'
        f'<body><main class="wide">{fragment}</main></body></html>'
    )


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    pages = {f"/{layout}": page_of(shown(layout, made(layout), csv="/csv")) for layout in LAYOUTS}
    pages["/few"] = page_of(shown("eu", made("eu", 60)))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/static/")
            body = asset_bytes(name)[0] if name in ASSETS else pages.get(self.path, "").encode()
            self.send_response(200)
            self.send_header("Content-Type", ASSETS.get(name, "text/html; charset=utf-8"))
            for key, value in HEADERS.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["eu", "uk", "us", "few"])
def test_axe_finds_nothing(chromium: Browser, base: str, name: str, scheme: Any) -> None:
    script = axe()
    context = chromium.new_context(base_url=base, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(f"/{name}")
    page.evaluate(script)
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    context.close()
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found["violations"]] == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_under_the_policy_of_the_web_interface_it_is_whole_and_fits(chromium: Browser, base: str, width: int) -> None:
    context = chromium.new_context(base_url=base, viewport={"width": width, "height": 900})
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    page.goto("/eu")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    colours = page.evaluate("[...document.querySelectorAll('.part-1')].map(one => getComputedStyle(one).fill)")
    context.close()
    assert set(colours) == {"rgb(11, 79, 108)"}
    assert refused == []
