"""What a listing means, and what a change of one means, in legal terms."""

from __future__ import annotations

from enduse.model.party import Listing

NEWLY_LISTED, NO_LONGER_LISTED = "newly listed", "no longer listed"
EFFECT, DATES, REVIEW, IDENTITY, WORDING = (
    "what the listing does",
    "dates changed",
    "licence review changed",
    "who is meant",
    "wording or citation",
)
"""What a change of a field is about, in the order in which a reader wants it."""

_ABOUT = {
    **dict.fromkeys(("measures", "scope", "licence_requirement", "programmes", "footnotes"), EFFECT),
    **dict.fromkeys(("listed_from", "listed_to", "savings_until"), DATES),
    "review_policy": REVIEW,
    **dict.fromkeys(("authority", "citation", "sources", "remarks", "reason", "reference"), WORDING),
}


def listing_words(listing: Listing) -> str:
    """A listing in a sentence: what it does, since when, under what, who says so."""
    does = " and ".join(measure.value.replace("_", " ") for measure in listing.measures) or "as the list provides"
    parts = [f"{listing.list_id}: {does}"]
    if listing.programmes:
        parts.append(f"under {', '.join(listing.programmes)}")
    if listing.scope and listing.scope != "all":
        parts.append(f"for {listing.scope}")
    elif listing.scope == "all":
        parts.append("for all items subject to the law")
    if listing.review_policy:
        parts.append(f"review: {listing.review_policy}")
    if listing.listed_from:
        parts.append(f"from {listing.listed_from}")
    if listing.listed_to:
        parts.append(f"until the day before {listing.listed_to}")
    if listing.savings_until:
        parts.append(f"goods on their way when it began may go on until before {listing.savings_until}")
    return ", ".join(parts) + (f" [{listing.citation.text}]" if listing.citation.text else "")


def about(field: str) -> str:
    """What a change of a field is about.

    Args:
        field: a field of a party, ``listing LIST.field``, or ``listings`` (a whole listing came or went).
    """
    if field == "listings":
        return EFFECT
    if field.startswith("listing "):
        return _ABOUT.get(field.rpartition(".")[2], WORDING)
    return WORDING if field in ("attributes", "title") else IDENTITY
