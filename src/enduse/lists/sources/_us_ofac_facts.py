"""What OFAC's labels mean: one table for the remarks of its CSV files, the ids of the CSL and the enhanced XML."""

from __future__ import annotations

import re

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._text import country_of, iso_day, worded_date
from enduse.model.party import NameKind

IDENTIFIER_KINDS: dict[str, str] = {
    # travel and national documents
    "Passport": "passport",
    "Diplomatic Passport": "passport",
    "Stateless Person Passport": "passport",
    "Bosnian Personal ID No.": "national_id",
    "C.U.I.": "national_id",
    "C.U.I.P.": "national_id",
    "C.U.R.P.": "national_id",
    "Cartilla de Servicio Militar Nacional": "national_id",
    "Cedula No.": "national_id",
    "Citizen's Card Number": "national_id",
    "Credencial electoral": "national_id",
    "D.N.I.": "national_id",
    "Driver's License No.": "other",
    "Electoral Registry No.": "national_id",
    "I.F.E.": "national_id",
    "Identification Number": "national_id",
    "Kenyan ID No.": "national_id",
    "N.I.E.": "national_id",
    "National Foreign ID Number": "national_id",
    "National ID No.": "national_id",
    "Numero de Identidad": "national_id",
    "Personal ID Card": "national_id",
    "Refugee ID Card": "national_id",
    "Residency Number": "national_id",
    "SSN": "national_id",
    "Tazkira National ID Card": "national_id",
    "Travel Document Number": "other",
    "Turkish Identification Number": "national_id",
    "Birth Certificate Number": "other",
    "VisaNumberID": "other",
    # tax
    "C.I.F.": "tax",
    "C.U.I.T.": "tax",
    "Fiscal Code": "tax",
    "Italian Fiscal Code": "tax",
    "NIT #": "tax",
    "R.F.C.": "tax",
    "RFC": "tax",
    "RIF #": "tax",
    "RTN": "tax",
    "RUC #": "tax",
    "Tax ID No.": "tax",
    "US FEIN": "tax",
    "V.A.T. Number": "tax",
    # registers
    "Branch Unit Number": "registration",
    "Business Number": "registration",
    "Business Registration Document #": "registration",
    "Business Registration Number": "registration",
    "C.R. No.": "registration",
    "Central Registration System Number": "registration",
    "Certificate of Incorporation Number": "registration",
    "Chamber of Commerce Number": "registration",
    "Commercial Registry Number": "registration",
    "Company Number": "registration",
    "D-U-N-S Number": "other",
    "Dubai Chamber of Commerce Membership No.": "registration",
    "Economic Register Number (CBLS)": "registration",
    "Enterprise Number": "registration",
    "File Number": "registration",
    "Folio Mercantil No.": "registration",
    "Government Gazette Number": "registration",
    "Istanbul Chamber of Comm. No.": "registration",
    "LE Number": "registration",
    "License": "registration",
    "Matricula Mercantil No": "registration",
    "Public Registration Number": "registration",
    "Registered Charity No.": "registration",
    "Registration ID": "registration",
    "Registration Number": "registration",
    "Romanian C.R.": "registration",
    "SRE Permit No.": "registration",
    "Tourism License No.": "registration",
    "Trade License No.": "registration",
    "UK Company Number": "registration",
    "Unified Social Credit Code (USCC)": "registration",
    "United Social Credit Code Certificate (USCCC)": "registration",
    "Legal Entity Number": "lei",
    # finance
    "BIK (RU)": "other",
    "Equity Ticker": "other",
    "ISIN": "other",
    "SWIFT/BIC": "swift",
    # ships and aircraft
    "Vessel Registration Identification": "imo",
    "MMSI": "mmsi",
    "Vessel Call Sign": "call_sign",
    "Other Vessel Call Sign": "call_sign",
    "Aircraft Construction Number (also called L/N or S/N or F/N)": "aircraft_serial",
    "Aircraft Manufacturer's Serial Number (MSN)": "aircraft_serial",
    "Aircraft Serial Identification": "aircraft_serial",
    "Aircraft Tail Number": "aircraft_tail",
    "Previous Aircraft Tail Number": "aircraft_tail",
    "Aircraft Mode S Transponder Code": "other",
    # contact
    "Email Address": "email",
    "Email": "email",
    "Phone Number": "phone",
    "Telephone No.": "phone",
    "Telephone": "phone",
    "Fax No.": "phone",
    "Fax": "phone",
    "Website": "website",
    "Chinese Commercial Code": "other",
    "UN/LOCODE": "other",
}
"""OFAC's name of a number -> kind of :class:`enduse.model.party.Identifier`."""

_PLAIN_LABELS = (
    "Aircraft Manufacture Date",
    "Aircraft Model",
    "Aircraft Operator",
    "Effective Date (CMIC)",
    "Former Vessel Flag",
    "Issuer Name",
    "Listing Date (CMIC)",
    "Nationality of Registration",
    "Organization Established Date",
    "Other Vessel Flag",
    "Other Vessel Type",
    "Purchase/Sales For Divestment Date (CMIC)",
    "Target Type",
    "Vessel Flag",
    "Vessel Owner",
    "Vessel Type",
    "Vessel Year of Build",
)
_LABELS = tuple(sorted((*IDENTIFIER_KINDS, *_PLAIN_LABELS), key=len, reverse=True))
_CRYPTO = "Digital Currency Address - "
_BIRTH = {"dob", "birthdate", "date of birth"}
_BIRTH_PLACE = {"pob", "place of birth"}
_NATIONALITY = {"nationality", "citizen", "nationality country", "citizenship country"}
_ALIAS = re.compile(r"([afn])\.k\.a\.,? '(.*)'", re.DOTALL)
_COLON = re.compile(r"([A-Z][^:;]{2,120}?(?::| -)) (.+)", re.DOTALL)
_DOCUMENT = re.compile(
    r"(?P<value>.*?)(?: \((?P<country>[^()]+)\))?(?: issued (?P<issued>[\w ]+?))?(?: expires (?P<expires>[\w ]+?))?",
    re.DOTALL,
)


def add_fact(draft: Draft, label: str, value: str, country: str | None = None) -> None:
    """Put one labelled fact where the model has a place for it, else keep it as an attribute.

    Args:
        label: OFAC's label without ``alt.``; ``value``: its text, without the country.
        country: issuing country in OFAC's words or ISO alpha-2, or None.
    """
    key = label.strip().rstrip(":").casefold()
    value = value.strip()
    if key in _BIRTH:
        draft.say(draft.birth_dates, [worded_date(value)])
    elif key in _BIRTH_PLACE:
        draft.say(draft.birth_places, [value])
    elif key in _NATIONALITY:
        draft.say(draft.nationalities, [country_of(value) or value])
    elif key == "gender":
        if draft.gender and draft.gender != value.lower():
            draft.attribute("Gender", value)
        draft.gender = draft.gender or value.lower()
    elif label.startswith(_CRYPTO.rstrip(" -")):
        draft.identifier("other", value, None, label)
    elif label in IDENTIFIER_KINDS:
        _identifier(draft, label, value, country)
    else:
        # The sources write one label as "X", "X:" or "X -".
        label = label.strip().removesuffix(":").removesuffix(" -")
        draft.attribute(label, value if country is None else f"{value} ({country})")


def _identifier(draft: Draft, label: str, value: str, country: str | None) -> None:
    kind = IDENTIFIER_KINDS[label]
    if value.startswith("IMO "):
        if kind == "imo":
            value = value.removeprefix("IMO ")
        else:
            # IMO numbers companies in a series of its own: such a number is no ship's.
            kind, label = "other", f"{label} IMO"
            value = value.removeprefix("IMO ")
    elif not re.fullmatch({"imo": r"\d{7}", "lei": r"[A-Z0-9]{20}"}.get(kind, ".*"), value, re.DOTALL):
        kind = "registration"
    code = country_of(country) if country else None
    if country and not code:
        value = f"{value} ({country})"
    draft.identifier(kind, value, code, label)


def add_remarks(draft: Draft, text: str) -> None:
    """Read the remarks of a CSV row: facts separated by ``; ``, the whole ended by a full stop.

    ``a.k.a. 'X'`` in the remarks is a weak alias: checked against the ``isLowQuality`` mark of the enhanced XML.
    """
    text = text.strip().removesuffix(".")
    for piece in re.split(r";\s+", text):
        if piece.strip():
            _remark(draft, piece.strip())


def _remark(draft: Draft, piece: str) -> None:
    plain = re.sub(r"^(?:alt\.\s+)+", "", piece, flags=re.IGNORECASE)
    alias = _ALIAS.fullmatch(plain)
    if alias:
        kind = NameKind.FORMER if alias[1] == "f" else NameKind.ALIAS
        draft.name(alias[2], kind, weak=True)
        return
    if plain.startswith("Linked To: "):
        draft.attribute("Linked To", plain.removeprefix("Linked To: "))
        return
    first, _, rest = plain.partition(" ")
    if rest and first.casefold() in {"dob", "pob", "nationality", "citizen", "gender"}:
        add_fact(draft, first, rest)
        return
    if plain.startswith(_CRYPTO):
        currency, _, address = plain.removeprefix(_CRYPTO).partition(" ")
        add_fact(draft, _CRYPTO + currency, address)
        return
    for label in _LABELS:
        after = plain[len(label) :]
        if plain.startswith(label) and after[:1] in (" ", ":"):
            _labelled(draft, label, after.lstrip(" :"))
            return
    colon = _COLON.fullmatch(plain)
    if colon:
        draft.attribute(colon[1].removesuffix(":").removesuffix(" -"), colon[2])
    else:
        draft.attribute("Remarks", piece)


def _labelled(draft: Draft, label: str, value: str) -> None:
    found = _DOCUMENT.fullmatch(value) if label in IDENTIFIER_KINDS else None
    if not found or not found["value"]:
        add_fact(draft, label, value)
        return
    add_fact(draft, label, found["value"], found["country"])
    dates = [f"{what} {worded_date(found[what])}" for what in ("issued", "expires") if found[what]]
    if dates:
        draft.attribute(label, " ".join((found["value"], *dates)))


def birth_date(text: str) -> str:
    """A birth date of a Treasury row: ISO dates stay, worded ones become ISO."""
    return text.strip() if iso_day(text) else worded_date(text)
