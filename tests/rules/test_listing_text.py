"""An Entity List entry's own words: which items it reaches, and how a licence is reviewed."""

from __future__ import annotations

import pytest

from enduse.model.truth import Truth
from enduse.rules.listing_text import policy_for, scope_covers


@pytest.mark.parametrize(
    ("scope", "code", "expected"),
    [
        ("all", "EAR99", Truth.TRUE),
        ("All items subject to the EAR. (See § 744.11 of the EAR)", "5A001.j", Truth.TRUE),
        ("For all items subject to the EAR (see §§ 734.9(e), and 744.11 of the EAR)", "EAR99", Truth.TRUE),
        ("For all items subject to the EAR except for technology classified 9E991", "EAR99", Truth.TRUE),
        ("All items subject to the EAR, other than 1A004.c", "1A004.c", Truth.UNKNOWN),
        ("All items subject to the EAR, other than 1A004.c", "1A004.d", Truth.TRUE),
        ("All items subject to the EAR except EAR99", "EAR99", Truth.UNKNOWN),
        ("All items on the CCL", "5A992.c", Truth.TRUE),
        ("All items on the CCL", "EAR99", Truth.FALSE),
        ("See entry", "EAR99", Truth.UNKNOWN),
        ("For all items subject to the EAR when used in projects specified in § 746.5", "EAR99", Truth.UNKNOWN),
        ("All items subject to the EAR, apart from items authorized by the Treasury", "3A001.a.1", Truth.UNKNOWN),
        ("All items subject to the EAR except for food or medicine designated as EAR99", "5A991", Truth.TRUE),
        ("All items subject to the EAR except for food or medicine designated as EAR99", "EAR99", Truth.UNKNOWN),
        ("All items subject to the EAR, EXCEPT for technology designated as EAR99 or on the CCL", "3A001", Truth.TRUE),
        (
            "All items subject to the EAR, EXCEPT for technology designated as EAR99 or on the CCL",
            "5E991",
            Truth.UNKNOWN,
        ),
        ("", "EAR99", Truth.UNKNOWN),
        (None, "EAR99", Truth.UNKNOWN),
    ],
)
def test_a_scope_that_is_not_understood_is_unknown_never_no(scope: str | None, code: str, expected: Truth) -> None:
    assert scope_covers(scope, code) is expected


XINJIANG = (
    "case by case for 1A004.c, 1A004.d, 1A995, 2A983 and EAR99 items in the Note to 1A995; "
    "otherwise presumption of denial"
)


@pytest.mark.parametrize(
    ("policy", "code", "words"),
    [
        ("presumption_of_denial", "EAR99", "presumption of denial"),
        (XINJIANG, "1A004.c", "case by case (the entry names this ECCN)"),
        (XINJIANG, "5A001.j", "presumption of denial (the entry's case-by-case list does not name this item)"),
        (XINJIANG, "EAR99", "but case by case for EAR99 items in the Note"),
        ("", "EAR99", ""),
    ],
)
def test_an_entry_may_review_named_items_case_by_case(policy: str, code: str, words: str) -> None:
    assert words in policy_for(policy, code)
