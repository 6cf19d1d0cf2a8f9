"""Trade and declarations in a browser: sent, chosen or refused; the report, its files, its indicators; who may."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.trade.documents import found_of, signs_document
from enduse.interfaces.trade.methods import methods
from enduse.interfaces.trade.work import read_work
from enduse.model.errors import OperationFailed
from people import form_token, join, signed_in
from service_world import Clock, client, service
from trade_samples import DECLARED, HUBS, flows

ASKED = {
    "what": "trade_signs",
    "origin": "DE",
    "restricted": "Russia",
    "control_date": "2022-01-01",
    "hub": ", ".join(HUBS),
    "code": "854231",
}
DECLARATIONS = {"what": "trade_declarations", "through": "RU", "threshold": "5000", "lists": "yes"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("trade")
    (found / "trade").mkdir()
    flows(found / "trade")
    return found


@pytest.fixture
def app(tmp_path: Path, folder: Path, data: Path, holdings: Holdings) -> Iterator[FastAPI]:
    (tmp_path / "lists").symlink_to(data / "lists")
    (tmp_path / "trade").symlink_to(folder / "trade")
    found = service(tmp_path, Clock(), open_holdings=lambda: holdings, request_rate=1_000_000)
    for login, role in (("ada", "analyst"), ("otto", "auditor"), ("eve", "engineer"), ("exa", "exporter_admin")):
        join(found, login, role)
    with client(found) as http:
        while http.get("/readyz").status_code == 503:
            time.sleep(0.02)
        yield found


@pytest.fixture
def ada(app: FastAPI) -> TestClient:
    return signed_in(app, "ada")


def sent(http: TestClient, form: dict[str, Any], *files: tuple[str, bytes]) -> Any:
    body = {"csrf_token": form_token(http), **form}
    parts = [("file", one) for one in files] or None
    return http.post("/monitor/trade", data=body, files=parts, follow_redirects=False)


def finished(http: TestClient, address: str) -> str:
    deadline = time.monotonic() + 120
    while "data-again" in (page := http.get(address)).text:
        assert page.status_code == 200 and time.monotonic() < deadline
        assert '<noscript><meta http-equiv="refresh"' in page.text, "without scripts it comes again too"
        time.sleep(0.02)
    assert page.status_code == 200
    return page.text


def test_a_stored_file_becomes_a_report_with_pictures_and_their_tables(ada: TestClient, app: FastAPI) -> None:
    answer = sent(ada, ASKED | {"stored": "flows.json"})
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"]
    page = finished(ada, address)
    assert "Signs of diversion: Germany to Russia" in page
    assert page.count('class="control"') == len(HUBS) and page.count("The same as a table") == len(HUBS) + 1
    assert "<style" not in page and 'style="' not in page, "the policy of the pages forbids it"
    first = re.search(r'<th scope="row" rowspan="3">([^<]+)<', page)
    assert first is not None and first[1] == "Kazakhstan"
    job = address.rpartition("/")[2]
    assert ada.get(f"/jobs/{job}", follow_redirects=False).headers["location"] == address
    document = ada.get(f"/v1/jobs/{job}/result")
    assert document.headers["content-type"].startswith("application/json")
    assert signs_document(found_of(document.json())) == document.json(), "the report is made of its document alone"


def test_the_files_of_a_report(ada: TestClient) -> None:
    address = sent(ada, ASKED | {"stored": "flows.json"}).headers["location"]
    finished(ada, address)
    html = ada.get(f"{address}/report?form=html")
    assert "<script" not in html.text and "'sha256-" in html.headers["content-security-policy"]
    assert html.headers["content-type"].startswith("text/html")
    pdf = ada.get(f"{address}/report")
    if pdf.status_code == 503:
        assert "the extra typst is not installed" in pdf.text
    else:
        assert pdf.content.startswith(b"%PDF-") and pdf.headers["content-type"] == "application/pdf"
        assert ada.get(f"{address}/report").content == pdf.content, "the same report gives the same bytes"
    assert ada.get(f"{address}/report?form=docx").status_code == 422


def test_several_files_are_sent_at_once(ada: TestClient, folder: Path) -> None:
    whole = json.loads((folder / "trade" / "flows.json").read_text(encoding="utf-8"))
    half = len(whole["data"]) // 2
    parts = [json.dumps({"data": some}).encode() for some in (whole["data"][:half], whole["data"][half:])]
    form = {name: text for name, text in ASKED.items() if name != "hub"}
    answer = sent(ada, form, ("a.json", parts[0]), ("b.json", parts[1]))
    page = finished(ada, answer.headers["location"])
    assert "a.json" in page and "b.json" in page and "Kazakhstan" in page


def test_declarations_are_looked_through_and_rows_that_cannot_be_read_are_named(ada: TestClient) -> None:
    answer = sent(ada, DECLARATIONS, ("declared.csv", DECLARED.encode()))
    page = finished(ada, answer.headers["location"])
    assert "Split consignments" in page and "Unusual routing" in page
    assert "1 row cannot be read" in page and "column date" in page
    job = answer.headers["location"].rpartition("/")[2]
    split = ada.get(f"/monitor/trade/signs/split?report={job}").text
    assert "Steppe Example Trading" in split and "exact binomial test" in split


@pytest.mark.parametrize(
    ("form", "files", "said"),
    [
        (ASKED | {"origin": ""}, [("a.json", b"{}")], "no country"),
        (ASKED | {"origin": "Atlantis"}, [("a.json", b"{}")], "&#39;Atlantis&#39; is no country"),
        (ASKED | {"restricted": "DE"}, [("a.json", b"{}")], "a country stands on two sides"),
        (ASKED | {"control_date": "yesterday"}, [("a.json", b"{}")], "yesterday"),
        (ASKED | {"code": "85x"}, [("a.json", b"{}")], "is no HS code"),
        (ASKED | {"edition": "HS1066"}, [("a.json", b"{}")], "no edition is called"),
        (ASKED, [], "no file"),
        (ASKED, [("a.exe", b"MZ")], "is no file of this kind"),
        (ASKED, [("a.json", b"  ")], "the file is empty"),
        (ASKED | {"stored": "../secret.json"}, [], "no stored file is called"),
        (DECLARATIONS | {"threshold": "much"}, [("a.csv", b"x")], "is no amount"),
        ({"what": "trade_declarations"}, [("a.csv", b"x")], "nothing is looked for"),
    ],
)
def test_what_cannot_be_used_is_said_on_the_form(
    ada: TestClient, form: dict[str, str], files: list[tuple[str, bytes]], said: str
) -> None:
    page = sent(ada, form, *files)
    assert page.status_code == 422 and said in page.text, page.text[-3000:]
    assert not form.get("hub") or "AM, KZ" in page.text, "what was typed is kept"


@pytest.mark.parametrize("content", [b"{", b'{"data": 7}', b'{"data": []}', b"[" * 100_000, b"\xff\xfe{}"])
def test_a_hostile_file_fails_the_job_in_words(ada: TestClient, content: bytes) -> None:
    address = sent(ada, ASKED, ("a.json", content)).headers["location"]
    page = finished(ada, address)
    assert "failed" in page and "a.json" in page and "internal error" not in page


def test_a_stored_file_that_changes_before_its_turn_fails_the_job(tmp_path: Path) -> None:
    from enduse.interfaces.trade.analysis import asked_of
    from enduse.interfaces.trade.work import done, flows_work

    (tmp_path / "trade").mkdir()
    flows(tmp_path / "trade")
    body = flows_work(asked_of(["DE"], ["RU"], "2022-01-01"), [], ["flows.json"], tmp_path).as_bytes()
    (tmp_path / "trade" / "flows.json").write_text("{}", encoding="utf-8")
    with pytest.raises(OperationFailed, match="has changed"):
        done(body, tmp_path, tmp_path, lambda: None)  # type: ignore[arg-type, return-value]
    for altered in (b"", b"x" + body, body + b"more", body.replace(b"trade_signs", b"trade_sings")):
        with pytest.raises(OperationFailed):
            read_work(altered)


@pytest.mark.parametrize("kind", methods())
def test_every_indicator_has_a_page_with_method_evidence_and_rate(ada: TestClient, kind: str) -> None:
    page = ada.get(f"/monitor/trade/signs/{kind}").text
    assert "How often it was wrong" in page and methods()[kind].measured["false_alarms"] in page


def test_the_measured_figures_are_those_of_the_documentation() -> None:
    text = (Path(__file__).parents[3] / "docs" / "diversion.md").read_text(encoding="utf-8")
    for one in methods().values():
        figures = [one.measured["false_alarms"], one.measured["naive_false_alarms"]]
        figures += [row[key] for row in one.measured["recall"] for key in ("found", "naive")]
        assert [figure for figure in figures if figure not in text] == [], one.key


def test_who_may_look_and_who_may_begin(app: FastAPI, ada: TestClient) -> None:
    address = sent(ada, ASKED | {"stored": "flows.json"}).headers["location"]
    otto = signed_in(app, "otto")
    finished(otto, address)
    assert sent(otto, ASKED | {"stored": "flows.json"}).status_code == 403
    assert "Look through the trade" not in otto.get("/monitor/trade").text
    for login in ("eve", "exa"):
        other = signed_in(app, login)
        assert other.get("/monitor/trade").status_code == 403
        assert other.get(address).status_code == 403
    assert ada.get("/monitor/trade/none").status_code == 404
    assert ada.get("/monitor/trade/signs/none").status_code == 404
