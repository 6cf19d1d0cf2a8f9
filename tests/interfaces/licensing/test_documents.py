"""Documents as bytes: the page always, PDF/UA where it can be made; names change nothing but text."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import importlib.util
import io
import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import licensing_world as w
from document_worlds import EMBEDDED, HOSTILE, SCRIPTS, font_folder, measured, of_every_outcome
from enduse.cases.case import Case
from enduse.cases.documents import Block, Content, Paragraph, Table, cleaned
from enduse.interfaces.licensing.documents import Document, Documents, Fonts, render
from enduse.interfaces.licensing.documents.pages import fragment, page
from enduse.interfaces.licensing.documents.typeset import LONGEST, NoPdf, pdf, pictures
from enduse.model.errors import BadInput

DAY = dt.date(2026, 4, 20)


def content(*texts: str, names: tuple[str, ...] = ()) -> Content:
    paragraphs = [Paragraph(one, own=True) for one in texts]
    blocks: tuple[Block, ...] = (*paragraphs, Table("Parties", ("Name",), tuple((one,) for one in names)))
    made = Content(
        "refusal-1", "refusal", "Refusal of a licence", "Netherlands", "NL-1/refusal-1", DAY, "exporter", blocks
    )
    found = cleaned(made)
    assert isinstance(found, Content)
    return found


@pytest.fixture(scope="module")
def plain() -> Fonts:
    """The fonts that come with typst."""
    return Fonts()


@pytest.fixture(scope="module")
def many() -> Fonts:
    """Fonts of all the scripts."""
    return Fonts(font_folder())


@pytest.fixture(scope="module")
def decided() -> tuple[w.World, Case]:
    world, case = of_every_outcome()
    world.at(6, 1)
    return world, measured(world, case, "suspend")


class Tags(HTMLParser):
    """Elements and attributes of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: Counter[str] = Counter()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def tags(made: Document) -> Tags:
    return Tags(made.body.decode("utf-8"))


def structure(body: bytes) -> Counter[str]:
    """How often each kind of element stands in the structure tree of a PDF."""
    found: Counter[str] = Counter()

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, pypdf.generic.ArrayObject):
            for one in node:
                walk(one)
        elif isinstance(node, pypdf.generic.DictionaryObject):
            if "/S" in node:
                found[str(node["/S"]).removeprefix("/")] += 1
            if "/K" in node:
                walk(node["/K"])

    walk(catalogue(body)["/StructTreeRoot"])
    return found


def catalogue(body: bytes) -> Any:
    return pypdf.PdfReader(io.BytesIO(body)).trailer["/Root"]


def written(body: bytes) -> str:
    """The letters of a PDF without blanks, breaks and places to break."""
    text = "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(body)).pages)
    return re.sub(r"[\s\u200b]", "", text)


def leftmost(said: Content, fonts: Fonts) -> float:
    """Where the first letter of the paragraph stands, in points from the left: it is set in a size of its own line."""
    found: list[float] = []

    def visit(text: str, matrix: Any, position: Any, *_: Any) -> None:
        if text.strip() and (text.strip()[:1] in "abcde" or not text.isascii()) and "–" not in text:
            found.append(position[4] * matrix[0] + matrix[4])

    pypdf.PdfReader(io.BytesIO(pdf(said, fonts).body)).pages[0].extract_text(visitor_text=visit)
    return found[0]


class TestPdf:
    def test_every_document_is_tagged_titled_and_has_a_language_and_the_mark_of_the_standard(
        self, decided: tuple[w.World, Case], plain: Fonts
    ) -> None:
        world, case = decided
        documents = Documents(world.licensing, plain)
        for one in documents.listed(case.id):
            made = documents.render(case.id, one.ref.id, "pdf")
            assert (made.form, made.media_type) == ("pdf", "application/pdf")
            root = catalogue(made.body)
            assert root["/Lang"] == "en"
            assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712
            assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
            assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
            reader = pypdf.PdfReader(io.BytesIO(made.body))
            assert reader.metadata is not None and reader.metadata.title is not None
            assert reader.metadata.title.startswith(one.ref.title)
            found = structure(made.body)
            assert found["Title"] == 1
            assert found["Table"] == found["Caption"] == found["THead"]
            assert found["TH"] >= found["Table"]

    def test_its_date_is_that_of_the_decision(self, decided: tuple[w.World, Case], plain: Fonts) -> None:
        world, case = decided
        made = Documents(world.licensing, plain).render(case.id, "refusal-1", "pdf")
        stated = pypdf.PdfReader(io.BytesIO(made.body)).metadata
        assert stated is not None
        assert stated.creation_date == dt.datetime(2026, 4, 20, tzinfo=dt.UTC)
        assert stated.modification_date == stated.creation_date

    def test_rendering_twice_gives_the_same_bytes_in_another_process_too(self, plain: Fonts) -> None:
        made = content("The risk is clear.", names=("Delta",))
        program = (
            "import sys, datetime as dt; sys.path[:0] = ['tests/interfaces/licensing', 'tests'];"
            "from test_documents import content, render, Fonts;"
            "made = content('The risk is clear.', names=('Delta',));"
            "print(*(render(made, form, Fonts()).sha256 for form in ('html', 'pdf')))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        )
        assert done.stdout.split() == [render(made, form, plain).sha256 for form in ("html", "pdf")]

    def test_long_tables_go_on_on_further_pages_with_their_header(self, plain: Fonts) -> None:
        made = render(content(names=tuple(f"Party {number}" for number in range(300))), "pdf", plain)
        reader = pypdf.PdfReader(io.BytesIO(made.body))
        assert len(reader.pages) > 4
        assert all("Name" in one.extract_text() for one in reader.pages)


class TestScripts:
    @pytest.mark.parametrize("script", SCRIPTS)
    def test_with_fonts_every_script_is_set(self, script: str, many: Fonts) -> None:
        made = render(content(SCRIPTS[script], names=(SCRIPTS[script],)), "pdf", many)
        assert (made.form, made.notices) == ("pdf", ())
        assert written(made.body)

    def test_a_paragraph_of_a_right_to_left_script_stands_on_the_right(self, many: Fonts) -> None:
        assert leftmost(content("وزارة"), many) > 400 > 100 > leftmost(content("abcde"), many)

    @pytest.mark.parametrize("script", ["Han", "Cyrillic"])
    def test_its_letters_can_be_searched_and_copied(self, script: str, many: Fonts) -> None:
        made = render(content(names=(SCRIPTS[script],)), "pdf", many)
        assert SCRIPTS[script].replace(" ", "") in written(made.body)

    @pytest.mark.parametrize("script", SCRIPTS)
    def test_without_fonts_the_page_stands_in_and_says_so(self, script: str, plain: Fonts) -> None:
        made = render(content(names=(SCRIPTS[script],)), "pdf", plain)
        if script in EMBEDDED:
            assert made.form == "pdf"
            return
        assert (made.form, made.media_type) == ("html", "text/html; charset=utf-8")
        assert made.file_name.endswith(".html")
        (notice,) = made.notices
        assert "The fonts at hand cannot show" in notice
        assert f"U+{ord(SCRIPTS[script][0]):04X}" in notice
        shown = tags(made)
        assert notice in shown.text
        assert SCRIPTS[script] in shown.text

    def test_where_typst_is_not_installed_the_page_stands_in(
        self, monkeypatch: pytest.MonkeyPatch, plain: Fonts
    ) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
        fonts = Fonts()
        made = render(content("x"), "pdf", fonts)
        assert made.form == "html"
        assert "the extra typst is not installed" in tags(made).text
        assert fonts.renderer.endswith("without typst")

    def test_a_document_that_is_very_long_is_a_page(self, plain: Fonts) -> None:
        made = render(content("x " * LONGEST), "pdf", plain)
        assert made.form == "html"
        assert "No PDF is made of a document of" in made.notices[0]

    def test_a_folder_of_fonts_that_is_not_there_is_refused_at_once(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="document_fonts"):
            Fonts(tmp_path / "none")

    def test_fonts_of_the_machine_are_left_out(self, plain: Fonts) -> None:
        assert plain.families == ("Libertinus Serif",)


class TestHostileNames:
    def test_on_the_page_they_are_text_and_nothing_else(self) -> None:
        harmless = tags(page(content(*("x" for _ in HOSTILE), names=tuple("x" for _ in HOSTILE))))
        found = tags(page(content(*HOSTILE, names=HOSTILE)))
        assert found.tags == harmless.tags
        assert found.attributes == harmless.attributes
        assert HOSTILE[0] in found.text and HOSTILE[1] in found.text
        assert {"script", "img", "iframe", "link", "object"} & set(found.tags) == set()
        assert {"style", "onload", "onclick", "src", "href"} & set(found.attributes) == set()

    def test_in_the_pdf_they_are_text_and_nothing_else(self, many: Fonts) -> None:
        for name in (*HOSTILE[:4], HOSTILE[5]):
            made = render(content(names=(name,)), "pdf", many)
            assert made.form == "pdf", made.notices
            shape = structure(made.body)
            assert (shape["Table"], shape["TD"], shape["TH"], shape["Title"]) == (1, 1, 1, 1)
            assert "Link" not in shape
            assert not any("/Annots" in one for one in pypdf.PdfReader(io.BytesIO(made.body)).pages)
        markup = render(content(names=(HOSTILE[0],)), "pdf", many)
        assert HOSTILE[0].replace(" ", "") in written(markup.body)

    @pytest.mark.parametrize("name", HOSTILE)
    def test_each_gives_a_document_with_fonts_and_without(self, name: str, plain: Fonts, many: Fonts) -> None:
        for fonts in (plain, many):
            made = render(content(name, names=(name,)), "pdf", fonts)
            assert made.form == "pdf" or made.notices

    def test_a_name_without_blanks_stays_on_the_page(self, plain: Fonts) -> None:
        made = render(content(names=("W" * 3000,)), "pdf", plain)
        assert written(made.body).count("W") == 3000

    @settings(max_examples=40, deadline=None)
    @given(st.text(max_size=60), st.text(alphabet=st.characters(categories=["L", "M", "N", "P", "S"]), max_size=60))
    def test_whatever_the_text_there_is_a_document_and_no_exception(self, one: str, other: str) -> None:
        fonts = Fonts()
        made = render(content(one, names=(other,)), "pdf", fonts)
        assert made.form == "pdf" or "cannot show" in made.notices[0]
        found = tags(page(content(one, names=(other,))))
        assert found.tags == tags(page(content("x" if one.strip() else one, names=("x",)))).tags

    @pytest.mark.parametrize("reference", ["../../etc/passwd", 'a"; filename="b', "\r\nSet-Cookie: a=b", "北京", ""])
    def test_a_file_name_is_made_of_letters_digits_and_hyphens(self, reference: str) -> None:
        made = page(cleaned(Content("licence-1", "licence", "Export licence", "NL", reference, DAY, "exporter", ())))
        assert re.fullmatch(r"[A-Za-z0-9-]+\.html", made.file_name)
        assert "\n" not in made.headers["Content-Disposition"]


class TestPage:
    def test_it_needs_nothing_beside_it_and_its_policy_allows_its_style_alone(self) -> None:
        made = page(content("x"))
        text = made.body.decode("utf-8")
        assert re.findall(r"(?:src|href)=", text) == []
        style = text.partition("<style>")[2].partition("</style>")[0]
        source = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{source}';" in made.headers["Content-Security-Policy"]
        assert "default-src 'none'" in made.headers["Content-Security-Policy"]

    def test_both_forms_name_the_hash_of_what_they_say(self, plain: Fonts) -> None:
        made = content("x")
        assert made.sha256 in tags(page(made)).text
        assert made.sha256 in written(render(made, "pdf", plain).body)

    def test_a_fragment_is_the_article_alone(self) -> None:
        text = str(fragment(content("x")))
        assert text.startswith("<article") and "<html" not in text and "<style" not in text

    def test_another_form_is_refused(self, plain: Fonts) -> None:
        with pytest.raises(BadInput, match="no form 'docx'"):
            render(content("x"), "docx", plain)

    def test_every_own_word_finds_its_direction_by_itself(self) -> None:
        text = page(content("وزارة", names=("وزارة",))).body.decode("utf-8")
        assert '<p class="own" dir="auto">وزارة</p>' in text
        assert '<bdi dir="auto">وزارة</bdi>' in text


class TestIssue:
    def test_each_document_is_recorded_once_and_rendered_again_as_issued(self, plain: Fonts) -> None:
        world, case = of_every_outcome()
        documents = Documents(world.licensing, plain)
        assert documents.render(case.id, "refusal-1", "pdf").notices == ("Its issue is not recorded yet.",)
        issued = documents.issue(case.id)
        assert documents.issue(case.id).seq == issued.seq
        for one in documents.listed(case.id):
            assert one.record is not None
            html, printed = (documents.render(case.id, one.ref.id, form) for form in ("html", "pdf"))
            assert (one.record.html_sha256, one.record.pdf_sha256) == (html.sha256, printed.sha256)
            assert html.notices == printed.notices == ()
            assert one.record.renderer == plain.renderer

    def test_a_later_event_calls_for_its_own_document_alone(self, plain: Fonts) -> None:
        world, case = of_every_outcome()
        documents = Documents(world.licensing, plain)
        before = documents.issue(case.id)
        measured(world, case, "suspend")
        after = documents.issue(case.id)
        assert [one.id for one in after.documents[len(before.documents) :]] == ["suspension-1"]

    def test_where_no_pdf_can_be_made_the_page_alone_is_recorded(self, plain: Fonts) -> None:
        world, case = of_every_outcome(SCRIPTS["Burmese"])
        case = Documents(world.licensing, plain).issue(case.id)
        record = next(one for one in case.documents if one.id == "licence-1")
        assert record.pdf_sha256 == "" and record.html_sha256

    def test_with_other_fonts_it_says_that_these_are_other_bytes(self, plain: Fonts, many: Fonts) -> None:
        world, case = of_every_outcome()
        Documents(world.licensing, plain).issue(case.id)
        made = Documents(world.licensing, many).render(case.id, "licence-1", "pdf")
        assert "in other bytes" in made.notices[-1]
        assert plain.renderer in made.notices[-1]

    def test_a_certificate_of_a_draft_is_not_recorded_but_can_be_rendered_for_signature(self, plain: Fonts) -> None:
        world = w.World()
        case = world.licensing.open(w.application(), w.EXPORTER, case_id="case-1")
        documents = Documents(world.licensing, plain)
        assert documents.issue(case.id).documents == ()
        made = documents.render(case.id, "end_user_certificate-1", "pdf", "exporter")
        assert "Wecertify" in written(made.body)

    def test_the_exporter_is_not_given_the_record_of_the_assessment(
        self, decided: tuple[w.World, Case], plain: Fonts
    ) -> None:
        world, case = decided
        with pytest.raises(BadInput, match="no document"):
            Documents(world.licensing, plain).render(case.id, "human_rights_record-1", "html", "exporter")


def test_a_picture_knows_no_standard_so_that_letters_are_judged_by_the_pdf(plain: Fonts) -> None:
    assert pictures(content("北"), plain)[0].startswith(b"\x89PNG")
    with pytest.raises(NoPdf, match="U\\+5317"):
        pdf(content("北"), plain)
