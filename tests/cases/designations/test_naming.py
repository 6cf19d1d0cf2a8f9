"""Who knows a protected source does not write its name where others read, however it is spaced or turned round."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designation_world import ABUSE, CUSTODIAN, RECORDER, World
from enduse.cases.designations import bodies
from enduse.cases.designations.naming import names_somebody
from enduse.cases.refusals import Refused

NAME = "Zephyrine Quillfeather Trust"
SPACED = ("\n", "\r\n", "\t", "  ", "\u00a0", "\u2009", "\u3000", "-", ", ", "_", "\u200b", "")


@pytest.mark.parametrize("between", SPACED)
def test_a_name_is_found_whatever_stands_between_its_words(between: str) -> None:
    world = World()
    world.service.protect(bodies.ProtectedSource(NAME), CUSTODIAN)
    made = replace(ABUSE, what=f"told by {between.join(NAME.split())} in Tallinn")
    with pytest.raises(Refused) as error:
        world.service.record(made, CUSTODIAN)
    assert error.value.refusal.rules == ("protected_source",)
    assert "Quillfeather" not in str(error.value.refusal)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Quill Trust", "TRUST, QUILL"),
        (NAME, "Quillfeather Trust, Zephyrine"),
        ('Zoë "Quill" O\'Feather', 'by Zoë "Quill" O\'Feather, he says'),
        ("Zoë Feather", "by Zoe\u0308 Feather"),
        ("Zoë Feather", "ZOE FEATHER"),
        ("Quill Trust", "the \uff31\uff35\uff29\uff2c\uff2c Trust"),
        ("Quill Trust", "Qui\u00adll Tr\u200dust's"),
        ("Quillfeather", "the Quillfeathers"),
        ("北風会", "由北風会提供"),
        ("北風", "由北風提供"),
        ("+372 555 7781", "call +3725557781"),
        ("desk@quill.example", "write to DESK @ quill.example"),
        ("Ann", "so says Ann."),
    ],
)
def test_a_name_is_found_as_people_read_it(name: str, written: str) -> None:
    assert names_somebody({"what": ["", {"said": written}]}, name)


def test_a_name_that_is_divided_between_two_fields_is_found() -> None:
    assert names_somebody({"vendor": "Halden Quill", "intermediaries": ["Trust of the North"]}, "Quill Trust")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ann", "an annual report in Hannover"),
        ("Quill Trust", "a quill, and nobody that we trust"),
        ("Trust Quill Ann", "Trust Quill"),
        ("Li", "Li"),
        ("", "nothing"),
        ("...", "and so on ..."),
    ],
)
def test_other_words_are_let_through(name: str, written: str) -> None:
    assert not names_somebody([written], name)


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))
def test_whatever_is_written_is_read(content: Any) -> None:
    assert names_somebody([content, "Quill Trust"], "Quill Trust")
    names_somebody(content, "Quill Trust")


def test_a_guess_by_who_has_no_clearance_is_answered_like_anything_else() -> None:
    world = World()
    world.service.protect(bodies.ProtectedSource(NAME), CUSTODIAN)
    assert world.service.record(replace(ABUSE, what=f"told by {NAME}"), RECORDER).content.what.endswith(NAME)
