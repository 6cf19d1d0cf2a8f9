"""What a designation lists, day by day, as a listed party: screening, law and people read it like any other."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from enduse.cases.designations.bodies import Nomination, Subject, Terms, VoteOpened
from enduse.cases.designations.designation import Change, Designation
from enduse.cases.designations.rulebook import ListingAuthority
from enduse.model.citation import Citation
from enduse.model.countries import country_name
from enduse.model.party import Address, Identifier, ListedParty, Listing, Name, NameKind, SourceReference

SOURCE = "local"
"""The source under which an installation's own listings are kept."""


def party_of(case: Designation, authority: ListingAuthority, known_on: dt.date | None = None) -> ListedParty | None:
    """The listed party of a designation; None where nothing was made public.

    Terms that changed are listings of their own, each with the days on which it is in force; nothing that was public
    is ever taken back, so that a past day gives the same answer for ever. One that was removed before its first day
    has none.

    Args:
        known_on: as public on the evening of that day; all that is public when None.
    """
    known = known_on or dt.date.max
    if case.listing is None or case.nomination is None or (case.listing.published or case.listing.effective) > known:
        return None
    changes = [one for one in case.changes if (one.published.published or one.published.effective) <= known]
    subject = subject_of(case, changes)
    party = proposed_party(replace(case.nomination, subject=subject), authority, case.id)
    return replace(party, listings=tuple(_listings(case, authority, known)))


def parties_of(
    case: Designation, authority: ListingAuthority, known_on: dt.date | None = None
) -> tuple[ListedParty, ...]:
    """The listed party of a designation, and its entities that are listed with it, each as a party of its own."""
    party = party_of(case, authority, known_on)
    if party is None or case.nomination is None:
        return ()
    others = proposed_parties(case.nomination, authority, case.id)[1:]
    return (party, *(replace(one, listings=party.listings) for one in others))


def proposed_parties(made: Nomination, authority: ListingAuthority, key: str) -> tuple[ListedParty, ...]:
    """Everybody whom a nomination would list: its subject, and entities that it lists with it."""
    found = [proposed_party(made, authority, key)]
    for number, one in enumerate((one for one in made.subject.owned if one.list_with), start=1):
        subject = Subject(
            one.name, aliases=one.aliases, native=one.native, addresses=one.addresses, identifiers=one.identifiers
        )
        found.append(proposed_party(replace(made, subject=subject), authority, f"{key}-with-{number}"))
    return tuple(found)


def subject_of(case: Designation, changes: Iterable[Change | VoteOpened]) -> Subject:
    """The subject with what changes have added to it."""
    assert case.nomination is not None
    subject = case.nomination.subject
    for change in changes:
        asked = change.asked if isinstance(change, Change) else change
        subject = replace(
            subject,
            aliases=(*subject.aliases, *asked.aliases),
            native=(*subject.native, *asked.native),
            addresses=(*subject.addresses, *asked.addresses),
            identifiers=(*subject.identifiers, *asked.identifiers),
        )
    return subject


def proposed_party(made: Nomination, authority: ListingAuthority, key: str) -> ListedParty:
    """The listed party that a nomination would make, in force on every day."""
    subject = made.subject
    names = [Name(subject.name.strip())]
    names += [Name(one.strip(), NameKind.ALIAS) for one in subject.aliases if one.strip()]
    names += [Name(one.strip(), NameKind.ORIGINAL_SCRIPT) for one in subject.native if one.strip()]
    listing = _listing(made.terms, authority, Citation("proposed listing", verified=False), dt.date(1900, 1, 1))
    return ListedParty(
        id=f"{SOURCE}:{party_key(key)}",
        names=tuple({one.text: one for one in reversed(names)}.values())[::-1],
        listings=(listing,),
        source=SourceReference(SOURCE, key),
        kind=subject.kind,
        addresses=tuple(
            Address(one.text or country_name(one.country), country=one.country or None)
            for one in subject.addresses
            if one.text or one.country
        ),
        identifiers=tuple(Identifier(one.kind, one.value, one.country or None) for one in subject.identifiers),
    )


def party_key(identifier: str) -> str:
    """The id of a designation as the key of a party: letters, digits, full stops and hyphens."""
    return re.sub(r"[^0-9A-Za-z.-]+", "-", identifier).strip("-.")


def _listings(case: Designation, authority: ListingAuthority, known: dt.date) -> Iterator[Listing]:
    assert case.listing is not None and case.nomination is not None
    begun = case.listing
    removal = case.removal_known(known)
    ends = [day for day in (begun.expires, removal.effective if removal else None) if day is not None]
    end = min(ends) if ends else None
    steps: list[tuple[dt.date, Terms, Citation]] = [
        (begun.effective, case.nomination.terms, Citation(begun.citation, begun.url or None))
    ]
    sources = []
    for change in case.changes:
        public = change.published
        if (public.published or public.effective) > known:
            continue
        sources.append(public.citation)
        if change.asked.terms is not None:
            steps.append((public.effective, change.asked.terms, Citation(public.citation, public.url or None)))
    sources += [removal.citation] if removal is not None else []
    savings = f"savings clause until {begun.savings_until}: {begun.savings}" if begun.savings else ""
    for number, (start, terms, citation) in enumerate(steps):
        until = steps[number + 1][0] if number + 1 < len(steps) else end
        if end is not None and until is not None and until > end:
            until = end
        if until is not None and until <= start:
            continue
        listing = _listing(terms, authority, citation, start)
        published = f"published {begun.published}" if begun.published else ""
        yield replace(
            listing,
            listed_to=until,
            reference=case.id,
            sources=tuple(dict.fromkeys(one for one in sources if one != citation.text)),
            reason=begun.public_reasons,
            remarks="; ".join(filter(None, (published, savings))),
            # Goods were on their way when the listing began: a later version of it has no such clause.
            savings_until=begun.savings_until if not number else None,
        )


def _listing(terms: Terms, authority: ListingAuthority, citation: Citation, start: dt.date) -> Listing:
    return Listing(
        list_id=authority.list,
        authority=authority.list_authority,
        citation=citation,
        listed_from=start,
        programmes=terms.programmes,
        measures=terms.measures,
        scope=terms.scope or None,
        licence_requirement=terms.requirement,
        review_policy=terms.review_policy,
        footnotes=terms.footnotes,
    )
