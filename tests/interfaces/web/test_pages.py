"""Every page: what it shows, what it refuses and how, and that nothing in a name can leave its place."""

from __future__ import annotations

import html
import json
import re
import threading
from pathlib import Path
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.service.features import FEATURES, pages_of
from enduse.interfaces.web.page import ASSETS, environment
from enduse.interfaces.web.routes import ADDRESSES
from enduse.model.errors import OperationFailed
from pages import PAGES
from service_world import LOCAL, service

CHECK = {
    "item": "5A001.j",
    "from": "US",
    "to": "EG",
    "party.0.name": "Ministry of Interior",
    "party.0.type": "government",
}
HOSTILE = '"><script>alert(1)</script>\u202e\x1b[31m&amp;'


def check(**changes: str) -> str:
    return "/check?" + urlencode(CHECK | {key.replace("__", "."): value for key, value in changes.items()})


def text_of(page: str) -> str:
    """What a reader sees, on one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_there_and_keeps_to_its_policy(web: TestClient, name: str) -> None:
    answer = web.get(PAGES[name])
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "same-origin"
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", answer.text)
    assert "<h1" in answer.text and 'name="as_of"' in answer.text
    assert "embedded listings" in answer.text


@pytest.mark.parametrize("name", PAGES)
def test_every_page_keeps_the_day_asked_for(web: TestClient, name: str) -> None:
    address = PAGES[name]
    answer = web.get(address + ("&" if "?" in address else "?") + "as_of=2026-07-15")
    assert answer.status_code == 200
    assert 'value="2026-07-15"' in answer.text
    assert 'href="/rules?as_of=2026-07-15"' in answer.text


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "2099-01-01"])
def test_a_day_that_is_none_is_refused_with_words(web: TestClient, name: str, day: str) -> None:
    address = PAGES[name]
    answer = web.get(address + ("&" if "?" in address else "?") + f"as_of={day}")
    assert answer.status_code == 422
    assert "What to do:" in answer.text and "as_of" in answer.text


ELSEWHERE = ("/designations", "/evidence", "/exchange", "/monitor", "/programme")
"""Pages that tests of their own walk."""


def test_every_address_has_a_page_in_the_tests() -> None:
    """One for each view, the file downloads and suggestions aside."""
    told = {re.sub(r"\?.*", "", address) for address in PAGES.values()}
    for one in (*ADDRESSES, *(one for feature in FEATURES for one in pages_of(feature))):
        if (
            one.path in ("/check/document", "/items/suggest")
            or one.path.startswith(("/jobs", "/assessments", "/searches", "/audit", "/licensing", *ELSEWHERE))
            or "GET" not in one.methods
        ):
            continue
        pattern = re.sub(r"\\{[a-z]+:path\\}", ".+", re.sub(r"\\{[a-z]+\\}", "[^/]+", re.escape(one.path)))
        assert any(re.fullmatch(pattern, address) for address in told), one.path


# --- check


def test_from_form_to_cited_assessment(web: TestClient) -> None:
    page = web.get(check()).text
    said = text_of(page)
    assert "Licence required" in said and "NS:NS2" in said
    assert re.search(r'<a class="cite" href="https://[^"]+" rel="noreferrer noopener">15 CFR 738.4', page)
    assert "United States" in said and "European Union" in said
    assert "conditions met" in said and "What would change it" in said
    assert "The review includes human rights" in said
    assert "Not every list that the law needs was searched" in said
    assert 'name="fact.red_flags"' in page


def test_a_post_is_answered_like_a_get(web: TestClient) -> None:
    answer = web.post("/check", data=CHECK)
    assert answer.status_code == 200 and "NS:NS2" in answer.text


def test_a_transaction_that_is_too_long_for_an_address_goes_on_in_bodies(web: TestClient) -> None:
    answer = web.post("/check", data=CHECK | {"end_use": "a network " * 900})
    assert answer.status_code == 200
    assert '<form class="questions" method="post"' in answer.text
    assert "too long for a link" in answer.text


def test_bad_input_stands_beside_its_field(web: TestClient) -> None:
    answer = web.get(check(item="5A001j", to="Egyptt"))
    assert answer.status_code == 422
    for name, remedy in (("item", "did you mean 5A001.j?"), ("to", "Egypt (EG)")):
        found = re.search(rf'id="{name}-error">(.*?)</p>', answer.text)
        assert found and remedy in html.unescape(found[1])
        assert re.search(
            rf'name="{name}"[^>]*aria-describedby="[^"]*{name}-error"[^>]*aria-invalid="true"', answer.text
        )
    assert 'value="Egyptt"' in answer.text and 'value="Ministry of Interior"' in answer.text


def test_a_code_that_the_list_has_not_is_an_error_of_its_field(web: TestClient) -> None:
    answer = web.get(check(item="5A999"))
    assert answer.status_code == 422 and 'id="item-error"' in answer.text
    assert "needs a sub-paragraph" in web.get(check(item="5A001")).text


def test_a_wrong_answer_to_a_question_can_be_mended_on_the_form(web: TestClient) -> None:
    answer = web.get(check(fact__us_content_percent="many"))
    assert answer.status_code == 422
    assert re.search(
        r'<input id="fact.us_content_percent" name="fact.us_content_percent" type="text" value="many"', answer.text
    )


def test_answers_to_earlier_questions_are_kept_on_the_form_and_in_the_questions(web: TestClient) -> None:
    page = web.get(check(fact__knows_unauthorised_use="false").replace("/check?", "/?")).text
    assert '<input type="hidden" name="fact.knows_unauthorised_use" value="false">' in page
    page = web.get(check(fact__knows_unauthorised_use="false")).text
    assert 'name="fact.knows_unauthorised_use" value="false"' in page


def test_another_party_gets_a_row_without_a_script(web: TestClient) -> None:
    page = web.get(check(add="party").replace("/check?", "/?")).text
    assert 'name="party.0.name"' in page and 'name="party.1.name"' in page


def test_hostile_names_stay_text(web: TestClient) -> None:
    for address in (
        check(party__0__name=HOSTILE.replace("\x1b", ""), description="<b>x</b>", end_use="</textarea><script>"),
        "/screen?" + urlencode({"name": HOSTILE.replace("\x1b", "")}),
        "/items?" + urlencode({"q": HOSTILE}),
        "/?" + urlencode({"party.0.name": HOSTILE}),
        "/rules/" + "<script>alert(1)</script>",
        "/lists/" + "<script>",
        "/parties/" + "<script>alert(1)<",
        "/map?" + urlencode({"item": HOSTILE}),
    ):
        page = web.get(address).text
        assert "<script>" not in page and "<b>x</b>" not in page, address
        assert "\u202e" not in page.replace(html.escape(HOSTILE), "").partition("<main")[2].partition("<form")[0], (
            address
        )


def test_control_characters_are_refused_beside_the_field(web: TestClient) -> None:
    answer = web.get(check(party__0__name="Acme\x1b[31m"))
    assert answer.status_code == 422 and 'id="party.0.name-error"' in answer.text


def test_names_in_any_script_are_kept_from_turning_the_text_around_them(web: TestClient) -> None:
    page = web.get(check(party__0__name="شركة المثال للبصريات")).text
    assert '<bdi dir="auto">شركة المثال للبصريات</bdi>' in page


def test_the_link_pins_the_editions_and_gives_the_same_answer(web: TestClient) -> None:
    page = web.get(check()).text
    link = html.unescape(re.search(r'<a href="([^"]+)" id="permalink"', page)[1])  # type: ignore[index]
    assert "known_on=2026-08-03" in link and "rules=" in link and "date=2026-08-03" in link
    again = web.get(link).text
    assert "this link pins the editions" in again
    document = link.replace("/check?", "/check/document?")
    first, second = web.get(document).json(), web.get(check().replace("/check?", "/check/document?")).json()
    assert first == second


def test_editions_that_a_link_names_and_that_are_gone_are_told(web: TestClient) -> None:
    page = text_of(web.get(check(known_on="2026-08-02", lists="0123", rules="4567")).text)
    assert "not on file" in page and "others took their place" in page
    assert web.get(check(known_on="2027-01-01")).status_code == 422


def test_the_document_is_what_the_command_writes(web: TestClient) -> None:
    answer = web.get(check().replace("/check?", "/check/document?"))
    found = answer.json()
    assert found["schema"] == "enduse/assessment/1" and found["outcome"] == "licence_required"
    assert 'filename="assessment-2026-08-03.json"' in answer.headers["content-disposition"]
    assert json.loads(answer.text) == found


def test_the_timeline_says_when_the_answer_changes(web: TestClient) -> None:
    address = "/check/timeline?" + urlencode({"item": "EAR99", "from": "US", "to": "IL", "party.0.name": "NSO Group"})
    page = text_of(web.get(address).text)
    assert "2021-11-04" in page and "+EL:744.11" in page
    early = text_of(web.get(check().replace("/check?", "/check/timeline?")).text)
    assert "entered the list on 2022-03-07" in early and "Not judged" in early


# --- screen, parties, lists, items, rules, map


def test_hits_are_cards_with_aligned_words_and_a_score_that_adds_up(web: TestClient) -> None:
    page = web.get("/screen?" + urlencode({"name": "Akme Optronics Works", "country": "CN"})).text
    assert "<mark>Optronics</mark>" in page
    assert "Word against word" in page and "asked only" in page
    assert '<svg class="waterfall"' in page
    shares = [float(one) for one in re.findall(r'<td class="number">([+-]\d\.\d\d)</td>', page)]
    score = float(re.search(r'<td class="number"><strong>(\d\.\d\d)</strong>', page)[1])  # type: ignore[index]
    assert round(sum(shares), 2) == score
    assert "“works” was asked and the listed name lacks it" in text_of(page)


def test_no_hit_in_incomplete_lists_is_no_clean_bill(web: TestClient) -> None:
    assert "no hit is no clean bill" in web.get("/screen?name=Quite+Unheard+Of+Gardening").text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("name=---", "name"),
        ("name=A&country=Chinaa", "country"),
        ("name=A+B&threshold=2", "threshold"),
        ("name=A+B&kind=ghost", "kind"),
    ],
)
def test_what_cannot_be_screened_is_named_beside_its_field(web: TestClient, query: str, field: str) -> None:
    answer = web.get(f"/screen?{query}")
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text


def test_a_party_shows_its_names_in_their_scripts_and_its_listings(web: TestClient) -> None:
    page = text_of(web.get("/parties/ftm:acme").text)
    assert "阿克米光电有限公司" in page and "Old Acme Lens Works former" in page
    assert "Listed on 2026-08-03" in page and "2021-05-04" in page and "1 Lens Road" in page
    before = text_of(web.get("/parties/ftm:acme?as_of=2020-01-01").text)
    assert "Not known to be listed on 2020-01-01" in before
    gone = text_of(web.get("/parties/ftm:gone").text)
    assert "Not known to be listed" in gone and "2024-01-01" in gone


def test_what_is_not_held_is_a_page_that_says_so(web: TestClient) -> None:
    for address in ("/parties/ftm:nobody", "/rules/us/nothing"):
        answer = web.get(address)
        assert answer.status_code == 404 and "What to do:" in answer.text
    assert "did you mean us/ear/744.11" in web.get("/rules/us/ear/744.111").text


def test_lists_show_state_editions_and_what_was_set_aside(web: TestClient) -> None:
    page = text_of(web.get("/lists").text)
    assert "us_csl" in page and "2026-08-01" in page and "Not loaded" in page
    assert "dated by manifest" in text_of(web.get("/lists/us_csl").text)
    changes = text_of(web.get("/lists/ftm/changes").text)
    assert "1 came, 1 went, 1 changed" in changes and "Sea Lantern" in changes and "阿克米光电有限公司" in changes
    assert web.get("/lists/ftm/changes?old=2026-08-01&new=2026-07-01").status_code == 422
    assert web.get("/lists/nothing").status_code == 422
    assert "there is no edition" in text_of(web.get("/lists/us_csl/changes?old=2020-01-01").text)


def test_items_are_found_in_plain_words_and_carry_the_rest_of_the_form(web: TestClient) -> None:
    page = html.unescape(web.get("/items?" + urlencode({"item": "spyware", "find": "item", "to": "EG"})).text)
    assert 'href="/?to=EG&item=4D004"' in page
    assert "Questions that separate them" in page
    found = web.get("/items/suggest?q=imsi+catcher").json()["items"]
    assert found and {"code", "description"} == set(found[0])
    assert web.get("/items/suggest?q=5A001.").json()["items"][0]["code"].startswith("5A001")
    assert web.get("/items/suggest?q=").json() == {"items": []}


def test_a_code_has_a_page_and_an_unknown_one_proposes_the_nearest(web: TestClient) -> None:
    page = text_of(web.get("/items/5A001.j").text)
    assert "Country Chart column NS 2" in page and "In other lists" in page
    answer = web.get("/items/5A01")
    assert answer.status_code == 422 and "What to do:" in answer.text


def test_a_rule_is_told_in_words_with_its_days(web: TestClient) -> None:
    page = text_of(web.get("/rules/us/ear/744.11").text)
    assert "requires a licence" in page and "15 CFR 744.11(a)" in page and "each listing on EL" in page
    assert "not verified" in text_of(web.get("/rules/us/ear").text)


def test_the_map_shows_every_country_once_and_says_it_in_a_table(web: TestClient) -> None:
    page = web.get("/map?item=5A001.j&law=eu").text
    assert len(re.findall(r"<rect class=\"slot\"", page)) == len(re.findall(r"<th scope=\"row\">", page)) == 250
    assert "China (CN)" in page and "Licence required" in page
    assert web.get("/map?item=5A001&law=us").status_code == 422
    assert web.get("/map?item=5A001.j&law=zz").status_code == 422
    assert web.get("/map?item=5A001.j&lwa=us").status_code == 422


# --- files beside the pages


@pytest.mark.parametrize("file", ASSETS)
def test_files_beside_the_pages_are_served_with_a_tag(web: TestClient, file: str) -> None:
    answer = web.get(f"/static/{file}")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith(ASSETS[file])
    again = web.get(f"/static/{file}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304 and not again.content


@pytest.mark.parametrize("file", ["nothing.css", "..%2Fpage.py", "%2e%2e/page.py", "enduse.css%00"])
def test_no_other_file_is_served(web: TestClient, file: str) -> None:
    assert web.get(f"/static/{file}").status_code == 404


def test_every_template_is_used_and_can_be_read() -> None:
    for name in environment().list_templates():
        environment().get_template(name)


def test_while_the_lists_are_being_opened_the_page_says_so_and_tries_again(data: Path) -> None:
    opening = threading.Event()

    def never() -> Holdings:
        opening.wait(30)
        raise OperationFailed("the disk is gone")

    with TestClient(service(data, open_holdings=never), base_url=LOCAL) as client:
        answer = client.get("/")
        assert answer.status_code == 503 and "being opened" in answer.text
        assert answer.headers["retry-after"] == "5" and answer.headers["refresh"] == "3"
        opening.set()
