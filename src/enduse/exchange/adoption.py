"""Adopting what another member publishes, or guidance at hand: an act of one member, with a standing and a day.

``information`` shows it as theirs; ``guidance`` raises a flag in an answer, never its outcome; ``law`` acts by a rule
of the member's own, which cites the member's act. The rule is data like any other: a rulebook that is laid beside those
at hand, under ``coalition``, so that every check asks it. Ended, it stays for the days on which it held.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enduse.formats.plain_yaml import load_yaml
from enduse.model.codec import canonical_json
from enduse.model.errors import BadInput
from enduse.model.time import parse_date

INFORMATION, GUIDANCE, LAW = "information", "guidance", "law"
STANDINGS = (INFORMATION, GUIDANCE, LAW)
EFFECTS = ("prohibit", "require_licence", "review")
"""What an adopted listing, or an adopted review, does as law."""
JURISDICTION, PREFIX = "coalition", "adopted_"
LOOKED_AT = dt.timedelta(days=365)
"""An adopted act says for so long that it is verified; then an answer asks to look at it again."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """What one member has adopted.

    Attributes:
        what: ``PUBLISHER/PATH`` of a publication, or the id of an act at hand (``coalition/echri``).
        publisher: id of the member whose it is; empty for an act at hand.
        list_id: of a list, as it is kept here (``us:EL``); empty for a rulebook.
        title: what it is called.
        since: first day; ``until`` the first day on which it holds no more, or empty.
        effect: of :data:`EFFECTS` for law, else empty.
        citation, url: the member's own act, for law.
        sha256: of the text that was adopted, for a rulebook: a later edition is another act.
        state: ISO code of the member that adopts: its law reaches what leaves it.
        by: name of the member that adopts.
    """

    what: str
    publisher: str
    list_id: str
    title: str
    standing: str
    since: str
    until: str
    effect: str
    citation: str
    url: str
    sha256: str
    state: str
    by: str

    @property
    def slug(self) -> str:
        """Its name in ids of rulebooks.

        Each term of an adoption has its own, so that what one adoption does never changes what another did; a part of
        the hash of what is adopted tells apart what would be spelled alike.
        """
        words = re.sub(r"[^a-z0-9]+", "_", (self.list_id or self.what).lower()).strip("_")
        return f"{PREFIX}{words}_{self.since.replace('-', '')}_{hashlib.sha256(self.what.encode()).hexdigest()[:8]}"

    @property
    def book(self) -> str:
        """Id of the rulebook by which it acts."""
        return f"{JURISDICTION}/{self.slug}"

    @property
    def cancelled(self) -> bool:
        """Whether it was taken back before it began."""
        return bool(self.until) and self.until <= self.since

    @property
    def acts(self) -> bool:
        """Whether it is a rulebook of its own in an answer."""
        return self.standing != INFORMATION

    def stands(self, day: dt.date) -> bool:
        """Whether it holds on a day."""
        return self.since <= day.isoformat() and (not self.until or day.isoformat() < self.until)


def checked(one: Adoption) -> Adoption:
    """An adoption that means something.

    Raises:
        BadInput: unknown standing or effect; law without an act that says so; days out of order.
    """
    if one.standing not in STANDINGS:
        raise BadInput(f"{one.standing[:40]!r} is no standing", where="standing", remedy=", ".join(STANDINGS))
    since = parse_date(one.since, where="from")
    if one.until and parse_date(one.until, where="to") <= since:
        raise BadInput("it would end before it begins", where="to")
    if one.standing == LAW:
        if one.effect not in EFFECTS:
            raise BadInput("law says what it does", where="effect", remedy=", ".join(EFFECTS))
        if not one.citation.strip():
            raise BadInput("law rests on an act", where="citation", remedy="name the member's own act that adopts it")
    return one


def rulebook(one: Adoption, text: Mapping[str, Any] | None) -> bytes:
    """The rulebook by which an adoption acts, as its one file; :func:`tree` lays it out.

    Args:
        text: of an adopted rulebook: ``rulebook`` and ``rules`` as they are written; None for a list.

    Raises:
        BadInput: the text is no rulebook, or none of its rules holds between the days.
    """
    meta, rules = _of_list(one) if text is None else _of_text(one, text)
    return canonical_json({"rulebook": meta, "rules": rules})


def tree(books: Sequence[bytes]) -> dict[str, bytes]:
    """Rulebooks as files of a tree: path -> content. JSON is YAML."""
    found = {}
    for book in books:
        plain = load_yaml(book, name="adopted")
        folder = str(plain["rulebook"]["id"])
        found[f"{folder}/rulebook.yaml"] = canonical_json(plain["rulebook"])
        found[f"{folder}/rules.yaml"] = canonical_json({"rules": plain["rules"]})
    return found


def read_text(body: bytes, name: str) -> dict[str, Any]:
    """A rulebook in one file, as members publish it: ``rulebook: {...}`` and ``rules: [...]``.

    Raises:
        BadInput: it is none.
    """
    plain = load_yaml(body, name=name)
    whole = isinstance(plain, Mapping) and isinstance(plain.get("rulebook"), Mapping)
    if not whole or not isinstance(plain.get("rules"), list) or set(plain) - {"rulebook", "rules"}:
        raise BadInput("it is no rulebook in one file", where=name, remedy="rulebook: {id: ...}, rules: [...]")
    return dict(plain)


def _citation(one: Adoption, text: str, url: str = "") -> dict[str, str]:
    """The member's act, which nobody here has read in its text; under guidance the original alone."""
    if one.standing == LAW:
        found = {"text": f"{one.citation}; adopting {text}"[:500], "verified": "false"}
        note = {"note": "the act as the member named it when it adopted this"}
        return found | note | ({"url": one.url} if one.url else {"url": url} if url else {})
    return {"text": text, "verified": "false", "note": "as the other member publishes it"} | (
        {"url": url} if url else {}
    )


def _meta(one: Adoption, text: str, url: str = "") -> dict[str, Any]:
    verified_to = (parse_date(one.since) + LOOKED_AT).isoformat()
    whose = f"of {one.publisher}" if one.publisher else "agreed between members"
    return {
        "id": one.book,
        "title": f"{one.title or one.what} ({whose}), adopted as {one.standing} by {one.state}",
        "authority": one.state,
        "authority_name": one.by,
        "government": one.by,
        "jurisdiction": JURISDICTION,
        "standing": one.standing,
        "citation": _citation(one, text, url),
        "verified_to": verified_to,
        "nexus": {"origin": [one.state]},
        "nexus_statement": f"what leaves {one.state}, whose government adopted it",
    }


def _of_list(one: Adoption) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    named = f"list {one.list_id}, {one.title}" if one.title else f"list {one.list_id}"
    if one.standing != LAW:
        named = f"guidance of {one.since}: {named}"
    rule = {
        "id": f"{one.book}/listed",
        "title": f"On {one.list_id}, the list of another member",
        "citation": _citation(one, named),
        "in_force": [_period(one.since, one.until)],
        "standing": one.standing,
        "effect": one.effect if one.standing == LAW else "review",
        "code": _code(one),
        "for_each": {"listings": {"lists": [one.list_id]}},
        "when": "always",
        "reason": _reason(one),
    }
    return _meta(one, named) | {"lists": [one.list_id] if one.standing == LAW else []}, [rule]


def _reason(one: Adoption) -> str:
    if one.standing == LAW:
        return f"{{party}} is listed on {one.list_id} since {{since}} ({{basis}}), which {one.state} has adopted as law"
    flag = f"red flag: {{party}} is listed on {one.list_id} since {{since}} ({{basis}})"
    return f"{flag}, which {one.state} takes as guidance"


def _code(one: Adoption) -> str:
    return f"{one.state}:ADOPTED:" + one.slug.removeprefix(PREFIX).upper() if one.standing == LAW else ""


def _of_text(one: Adoption, text: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    theirs = text["rulebook"]
    citation = theirs.get("citation")
    said = str(citation.get("text", "")) if isinstance(citation, Mapping) else str(citation or one.what)
    url = str(citation.get("url") or "") if isinstance(citation, Mapping) else ""
    rules = []
    for number, raw in enumerate(text["rules"], 1):
        if not isinstance(raw, Mapping):
            raise BadInput("a rule is a mapping", where=f"{one.what}, rule {number}")
        periods = _within(one, raw.get("in_force"))
        if not periods:
            continue
        kept = {key: value for key, value in raw.items() if value not in (None, "")}
        own = kept.get("citation")
        about = str(own.get("text", "")) if isinstance(own, Mapping) else str(own or said)
        effect = str(kept.get("effect", ""))
        if one.standing != LAW:
            effect = "review"
        elif effect == "review":
            effect = one.effect
        code = str(kept.get("code") or (_code(one) if effect != "review" else ""))
        kept |= {
            "id": f"{one.book}/{str(kept.get('id', number)).rpartition('/')[2]}",
            "citation": _citation(one, about, str(own.get("url") or "") if isinstance(own, Mapping) else ""),
            "in_force": periods,
            "standing": one.standing,
            "effect": effect,
        }
        rules.append(kept | ({"code": code} if code else {}))
    if not rules:
        raise BadInput("none of its rules holds from that day", where=one.what)
    meta = _meta(one, said, url)
    if theirs.get("nexus") not in (None, "always"):
        meta["nexus"] = {"all": [meta["nexus"], theirs["nexus"]]}
    for key in ("definitions", "lists", "not_modelled"):
        if theirs.get(key):
            meta[key] = theirs[key]
    return meta, rules


def _period(since: str, until: str) -> dict[str, str]:
    return {"from": since} | ({"to": until} if until else {})


def _within(one: Adoption, stated: Any) -> list[dict[str, Any]]:
    """The periods of a rule between the days of the adoption."""
    found = []
    for raw in stated if isinstance(stated, list) else [stated or {}]:
        if not isinstance(raw, Mapping):
            raise BadInput("in_force is a list of {from, to}", where=one.what)
        start = max(str(raw.get("from") or ""), one.since)
        ends = [day for day in (str(raw.get("to") or ""), one.until) if day]
        if not ends or start < min(ends):
            found.append({**raw, **_period(start, min(ends) if ends else "")})
    return found
