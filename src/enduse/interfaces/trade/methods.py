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
from enduse.monitor.trade.usage import CONSIGNEE, LAST, LATE, LEAST, LEAST_DAYS, LEVELS, ROUTING, SPLIT, SURGE, WINDOW

FLOWS, DECLARATIONS, LICENCES = "flows", "declarations", "licences"
WHOSE = {FLOWS: "hubs", DECLARATIONS: "consignees", LICENCES: "licence lines"}
"""Of what a rate of false alarms is."""
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
        about: ``flows`` (trade between countries), ``declarations`` (consignments) or ``licences`` (their use).
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
        *_of_licences(raw),
    )
    return {one.key: one for one in found}


_CROWDED = (
    "Deliveries in these days are compared with those before, from the first delivery on. How many fall into them: by "
    "an exact binomial test, for they would fall on any day alike. Whether they are larger: by the test of Mann and "
    f"Whitney. Both by scipy; the smaller chance counts twice. {LEAST} deliveries over {LEAST_DAYS} days must lie "
    "before them; a shorter series says so."
)
_SHOWN = "The share of the line and what even use allots, how many deliveries before and in these days, both chances."


def _crowded(kind: str) -> str:
    plan = "More left than even use over the time of the licence allots to these days"
    return f"{plan}, and the chance is below {LEVELS[kind]:.2f}: set on 200 other simulated worlds."


def _of_licences(raw: Mapping[str, Any]) -> tuple[Method, ...]:
    return (
        Method(
            CONSIGNEE,
            "New consignee behind whom a listed party's people stand",
            LICENCES,
            "Is somebody new supplied, for whom the same party acts as for one that was listed shortly before?",
            f"Consignees to whom something first left within {SOON} days after a list named a party of another case "
            "are compared by the names of those who own them or act for them in the application (our comparison of "
            "names).",
            f"A name reaches {SAME:.2f}.",
            "The listed party and its day, the days between, the name with its score, the first delivery.",
            "Applications state no addresses; agents of many consignees; whoever is named in no application.",
            "anybody new after the listing",
            raw[CONSIGNEE],
        ),
        Method(
            SPLIT,
            "Split deliveries",
            LICENCES,
            "Is one delivery cut into several that each stay below a value, be it over several licences?",
            f"Deliveries of one exporter, consignee and code within {WITHIN} days, over all licences, each below the "
            "value and together above it; how many lie in its upper 30 % is compared with what is usual by an exact "
            "binomial test (scipy). Values are by the price of a unit in the application; only those in one currency "
            "count.",
            "At least three, and p is below 0.01.",
            "The deliveries, their sum, how many lie just below, and p.",
            "Notices of use state no value; regular parcels of one price just below it.",
            f"three deliveries below the value within {WITHIN} days",
            raw[SPLIT],
        ),
        Method(
            ROUTING,
            "Unusual routing",
            LICENCES,
            "Does the application name an intermediate consignee in a restricted destination on the way elsewhere?",
            "The countries of the intermediate consignees are looked at; there is no test behind it.",
            "One of them is a restricted destination, and the destination of the licence is none.",
            "The way, how many deliveries took it, and their value.",
            "A notice of use states no way: only the application does. Lawful land routes are shown too.",
            "any intermediate consignee in a third country",
            raw[ROUTING],
        ),
        Method(
            SURGE,
            "Surge of use",
            LICENCES,
            f"Has more left in the last {WINDOW} days than the plan of the licence allots, and more than before?",
            _CROWDED,
            _crowded(SURGE),
            _SHOWN,
            "A few large orders; growth and seasons that are lawful; what is used evenly from the first day on.",
            "used 25 points ahead of the time that has passed: the alert of a watch of licences",
            raw[SURGE],
        ),
        Method(
            LATE,
            "Rush before the end",
            LICENCES,
            f"Does much of the licence leave in its last {LAST} days?",
            _CROWDED,
            _crowded(LATE),
            _SHOWN,
            "What is left is often used up lawfully before a licence ends.",
            f"a quarter of the line in its last {LAST} days",
            raw[LATE],
        ),
    )
