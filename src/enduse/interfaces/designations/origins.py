"""What evidence is handed over from: an alert, a hit on a name, a licence and its condition, a partner's notice.

A draft of an entry says what is known there; who hands over says what happened, and grades the source. Who may not read
it there hands over nothing, and is not told whether there is anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.identity.denied import Denied
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.interfaces.licensing.desk import Desk as CaseDesk
from enduse.interfaces.monitor.documents import read_alert
from enduse.model import access
from enduse.model.errors import BadInput
from enduse.model.letter_record import IN

KINDS = ("alert", "screening", "case", "notice")
TOLD = ("PUBLIC", "PARTNER")
"""Classes of notices that may be handed over; what is told to a regime stays with those who decide on denials."""
NOTHING = NotHeld("there is nothing of that name to hand over", "alert:ID, screening:ID, case:ID/CONDITION, notice:ID")
_SAID = {"entity": "vendor", "item": "item", "end_user": "end_user", "destination": "place"}


class Origins:
    """What one person may hand over.

    Args:
        cases: their desk of licensing; None where there is none.
    """

    def __init__(
        self,
        stores: StoreAtHand,
        policies: access.Policies,
        person: access.Actor,
        cases: Callable[[access.Actor], CaseDesk] | None,
    ) -> None:
        self._stores = stores
        self._policies = policies
        self._person = person
        self._cases = cases

    def draft(self, reference: str) -> dict[str, Any]:
        """An entry as far as it is known where it comes from.

        Raises:
            NotHeld: there is nothing of that name, or nothing that the person may read.
            BadInput: the reference is none.
        """
        kind, _, rest = reference.partition(":")
        if kind not in KINDS or not rest.strip() or len(reference) > 300:
            raise BadInput("this is no reference", where="handed_over", remedy=NOTHING.remedy)
        found: dict[str, Any] = getattr(self, f"_{kind}")(rest.strip())
        source = {"reliability": "F", "credibility": "6", **found.pop("source")}
        filled = {name: value for name, value in found.items() if value}
        return {**filled, "sources": [source], "handed_over": reference}

    def _may(self, action: str, subject: access.Subject | None = None) -> None:
        if not access.decide(self._policies, self._person, action, subject).allowed:
            raise NOTHING

    def _alert(self, identifier: str) -> dict[str, Any]:
        self._may("alert.view")
        found = self._stores.need().monitoring.alert(identifier)
        if found is None:
            raise NOTHING
        record, body = found
        alert = read_alert(body)
        return {
            "title": alert.headline[:200],
            "end_user": alert.customer_name,
            "intermediaries": [alert.owner] if alert.owner else [],
            "source": {
                "publisher": f"monitoring of this installation, watch {alert.watch}",
                "title": f"alert {record.key}",
                "published": alert.effective.isoformat(),
            },
        }

    def _screening(self, identifier: str) -> dict[str, Any]:
        self._may("adjudication.view")
        try:
            found = self._stores.need().decisions.find(identifier)
        except BadInput:
            raise NOTHING from None
        if found.verdict != "same":
            raise BadInput(
                f"this hit was decided to be {found.verdict.value}", where="handed_over", remedy="a hit that stands"
            )
        return {
            "title": f"{found.name or found.party_name} is {found.party_name} on a list"[:200],
            "end_user": found.name or found.party_name,
            "source": {
                "publisher": "screening of this installation",
                "title": f"decision {found.id[:12]}: {found.reason}"[:300],
                "published": found.at.date().isoformat(),
            },
        }

    def _case(self, reference: str) -> dict[str, Any]:
        identifier, _, condition = reference.partition("/")
        if self._cases is None:
            raise NOTHING
        try:
            case = self._cases(self._person).readable(identifier)
        except (NotHeld, Denied):
            raise NOTHING from None
        if case.licence is None or case.application is None:
            raise NOTHING
        content = case.licence.content
        known = {one.id: one for one in content.conditions}
        if condition and condition not in known:
            raise NOTHING
        text = known[condition].text if condition else ""
        applied = case.applied
        title = f"condition {condition} of licence {content.licence}" if condition else f"licence {content.licence}"
        return {
            "title": title.capitalize()[:200],
            "what": text,
            "vendor": next((one.name for one in applied.parties if one.role.value == "exporter"), ""),
            "end_user": next((one.name for one in applied.end_users), ""),
            "place": applied.destination,
            "item": content.lines[0].code if content.lines else "",
            "source": {
                "publisher": "licensing of this installation",
                "title": title,
                "published": content.valid_from.isoformat(),
            },
        }

    def _notice(self, identifier: str) -> dict[str, Any]:
        levels = tuple(one for one in TOLD if self._sees(one))
        rows = self._stores.need().letters.of_notice(identifier[:64], levels) if levels else []
        row = next((one for one in rows if one.direction == IN and one.state in ("applied", "received")), None)
        if row is None:
            raise NOTHING
        from enduse.interfaces.exchange.book import StoredBook  # an extra: only where there are letters

        notice = StoredBook(self._stores.need().letters).letter(row).notice
        content = dict(notice.content)
        if isinstance(content.get("denial"), dict):
            content |= {name: content["denial"].get(name, "") for name in ("end_user", "destination")}
        said = {ours: str(content[theirs]) for theirs, ours in _SAID.items() if isinstance(content.get(theirs), str)}
        return {
            "title": f"{notice.type.replace('_', ' ')} of {notice.originator}",
            **said,
            "source": {
                "publisher": f"partner {notice.originator}",
                "title": f"{notice.type} {notice.id[:12]}, {notice.handling}",
                "published": notice.created[:10],
            },
        }

    def _sees(self, level: str) -> bool:
        subject = access.Subject("notice", restricted=level not in TOLD)
        return access.decide(self._policies, self._person, "denial.view", subject).allowed
