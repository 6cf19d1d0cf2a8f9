"""Every sign of diversion in words: what it asks, how it is computed, what its evidence is, how often it was wrong."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from enduse.formats.plain_yaml import load_yaml
from enduse.monitor.trade.declarations import SAME, SOON, WITHIN
from enduse.monitor.trade.indicators import LEAST_AFTER, LEAST_BEFORE, Kind, levels

FLOWS, DECLARATIONS = "flows", "declarations"
_STEP = (
    "The step is the coefficient of “since the control” in a regression of the log ratio on a trend and a yearly wave "
    "(statsmodels): weighted by Huber's M-estimate, so that single large orders do not make it, with standard errors "
    "that allow for autocorrelation (Newey and West). "
    f"It needs {LEAST_BEFORE} known months before the control and {LEAST_AFTER} after; a shorter series says so."
)


@dataclass(frozen=True, slots=True)
class Method:
    """An indicator in words.

    Attributes:
        about: ``flows`` (trade between countries) or ``declarations`` (consignments).
        speaks: when it speaks.
        evidence: what is shown for it.
        blind: what it does not see, and what sets it off wrongly.
        measured: as ``measured.yaml`` says: ``false_alarms``, ``naive_false_alarms``, ``recall``.
    """

    key: str
    title: str
    about: str
    asks: str
    method: str
    speaks: str
    evidence: str
    blind: str
    naive: str
    measured: Mapping[str, Any]

    @property
    def document(self) -> dict[str, Any]:
        """As plain values."""
        return {name: getattr(self, name) for name in self.__slots__} | {"measured": dict(self.measured)}


def _from(kind: Kind) -> str:
    return f"Its score, in standard errors, is {levels()[kind].level:.2f} or more: set on 200 other simulated worlds"


@functools.cache
def methods() -> Mapping[str, Method]:
    """Every indicator, in the order in which pages name them."""
    raw: Any = load_yaml((resources.files("enduse.monitor.trade") / "measured.yaml").read_bytes(), name="measured.yaml")
    jump = "twelve months more than half above the twelve before"
    found = (
        Method(
            Kind.SURGE.value,
            "Surge",
            FLOWS,
            "Have exports of the goods to the hub risen since the control began, more than those to everybody else?",
            f"Exports to the hub over exports of the same goods to everybody who is not judged. {_STEP}",
            f"{_from(Kind.SURGE)}.",
            "The step, by how much the ratio changed, and the months before and after that it rests on.",
            "Lawful growth of the hub alone looks the same.",
            jump,
            raw["surge"],
        ),
        Method(
            Kind.MIRROR_GAP.value,
            "Mirror gap",
            FLOWS,
            "Do more goods leave for the hub than it says have arrived, since the control began?",
            "Exports to the hub, f.o.b., over the imports that the hub reports, taken from c.i.f. to f.o.b. by 1.06 "
            f"(IMF, Direction of Trade Statistics, 2017). {_STEP}",
            f"{_from(Kind.MIRROR_GAP)}.",
            "The step of the ratio, and the months before and after.",
            "Goods that arrive and are re-exported leave no gap; a hub that changes how it reports makes one.",
            jump,
            raw["mirror_gap"],
        ),
        Method(
            Kind.TRANSHIPMENT.value,
            "Transhipment",
            FLOWS,
            "Do goods go to the hub and on to the restricted destination, while direct exports there fell?",
            "The step of the surge and the step of the hub's own exports and re-exports to the restricted "
            f"destinations, added up by Stouffer's method (scipy); only where direct exports fell. {_STEP}",
            f"{_from(Kind.TRANSHIPMENT)}.",
            "Each of the three steps: to the hub, onward, direct.",
            "Goods that go on undeclared are half unseen.",
            jump,
            raw["transhipment"],
        ),
        Method(
            "new_consignee",
            "New consignee after a listing",
            DECLARATIONS,
            "Does somebody new stand at the address of a party that was listed shortly before, or share its officers?",
            f"Consignees first seen within {SOON} days after a listing are compared with the listed party's addresses "
            "(our comparison of addresses) and officers (our comparison of names).",
            f"An address or an officer reaches {SAME:.2f}.",
            "The listed party and its day, the days between, the address or officer with its score, the declaration.",
            "Business centres hold many who have nothing to do with each other; the lists at hand name no officers.",
            "anybody new after the listing",
            raw["new_consignee"],
        ),
        Method(
            "split",
            "Split consignments",
            DECLARATIONS,
            "Is one consignment cut into several that each stay below a threshold?",
            f"Consignments of one exporter, consignee and code within {WITHIN} days, each below the threshold and "
            "together above it; how many lie in its upper 30 % is compared with what is usual in the file by an exact "
            "binomial test (scipy).",
            "At least three, and p is below 0.01.",
            "The consignments, their sum, how many lie just below, and p.",
            "Regular orders of one price just below the threshold; consignments split over several consignees.",
            f"three consignments below the threshold within {WITHIN} days",
            raw["split"],
        ),
        Method(
            "routing",
            "Unusual routing",
            DECLARATIONS,
            "Does a consignment pass a restricted destination on its way elsewhere, or end where it began?",
            "Each declared way is looked at; there is no test behind it.",
            "The way leads through a restricted destination to another, or back to where it began.",
            "The way, how many consignments take it, and their value.",
            "Lawful land routes are shown too.",
            "any transit country at all",
            raw["routing"],
        ),
    )
    return {one.key: one for one in found}
