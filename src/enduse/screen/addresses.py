"""Addresses: their words, how alike two are, and which listed ones reach a score.

An address is a bag of words, each with a class and a weight (``addresses.yaml``): names of streets and places, numbers,
kinds of street, the country. Order does not matter; numbers must agree. The score of two addresses depends on the two
and on the table alone, and is symmetric.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from anyascii import anyascii
from rapidfuzz.distance import OSA

from enduse.formats.derived import own_yaml
from enduse.model.countries import country_name, country_spellings, is_country_code
from enduse.model.errors import BadInput
from enduse.model.match import NameScore, ScorePart

MAX_ADDRESS = 2_000
"""Longest address accepted, in characters."""

MAX_WORDS = 60
"""Words of an address that are looked at."""

ONE_WRONG, TWO_WRONG = 5, 9
LONGEST_WRONG = 32
"""Longer words are alike only when equal: what bounds the variants of a hostile word."""
"""Least letters of two words that may differ by one letter, and by two, and still be alike."""

_LIKENESS = {0: 1.0, 1: 0.9, 2: 0.8}
_OTHER_ROLE = 0.85
_POSTAL = 5
_NUMBERS = frozenset({"number", "unit"})
_COMMAS = frozenset(",;")
_OF_CHINA = frozenset({"@hk", "@mo"})
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF],
    " ",
)
_CODE_ALONE = re.compile(r"(?:(?<=[,;\n\r(])|\A)\s*([A-Z]{2})\s*(?=[,;\n\r)]|\Z)|(?<=[^A-Za-z])([A-Z]{2})\s*\Z")
_ORDINAL = re.compile(r"(?<![0-9a-z])([0-9]+)(?:st|nd|rd|th)(?![0-9a-z])")
_FLOOR = re.compile(r"(?<![0-9a-z])([0-9]+)\s*/\s*f(?![0-9a-z])")
_APOSTROPHES = re.compile(r"[\u0027\u2018\u2019\u02bb\u02bc\u02bf\u0060\u00b4\u2032]")
_WORD = re.compile(r"@?[a-z]+|[0-9]+|[,;]")
_LONGEST_COUNTRY = 9


@dataclass(frozen=True, slots=True)
class Word:
    """One word of an address.

    Attributes:
        text: plain lower-case letters, or digits without leading zeros; ``@cn`` for a country.
        role: ``name, place, letter, number, unit, postal, country`` or ``kind``.
        weight: what it counts.
    """

    text: str
    role: str
    weight: float


@dataclass(frozen=True, slots=True)
class _Table:
    version: str
    weights: Mapping[str, float]
    costs: Mapping[str, float]
    kinds: Mapping[str, str]
    units: Mapping[str, str]
    places: Mapping[str, str]
    small: frozenset[str]
    han: tuple[tuple[str, str], ...]
    countries: Mapping[str, str]
    ways: frozenset[str]
    first_words: frozenset[str]
    states: frozenset[str]


@functools.cache
def table() -> _Table:
    """The shipped table, read once."""
    raw = own_yaml((resources.files("enduse.screen") / "addresses.yaml").read_bytes(), name="addresses.yaml")
    return _Table(
        version=raw["version"],
        weights={role: float(weight) for role, weight in raw["weights"].items()},
        costs={name: float(cost) for name, cost in raw["costs"].items()},
        kinds=_forms(raw["kinds"]),
        units=_forms(raw["units"]),
        places=_forms(raw["places"]),
        small=frozenset(raw["small"].split()),
        han=tuple((sign, word.replace("_", " ")) for sign, _, word in (p.partition("=") for p in raw["han"].split())),
        countries=_countries(),
        ways=frozenset(raw["ways"].split()),
        first_words=frozenset(text.split()[0] for text in _countries()),
        states=frozenset(raw["states"].split()),
    )


@functools.cache
def _countries() -> dict[str, str]:
    """Names of countries in plain words, with and without their apostrophes; without codes of two letters."""
    found: dict[str, str] = {}
    for spelling, code in country_spellings().items():
        text = " ".join(text for text in _together(_WORD.findall(anyascii(spelling).casefold())) if text not in _COMMAS)
        if len(spelling) > 2 or not spelling.isascii():
            found |= {text: code, text.replace(" s ", "s "): code, text.replace(" d ", " d"): code}
    return found


def addresses_version() -> str:
    """The version of the shipped table of addresses."""
    return table().version


def _forms(text: str) -> dict[str, str]:
    forms: dict[str, str] = {}
    for group in text.replace(";", " ").split():
        word, _, others = group.partition("=")
        for form in (word, *others.split(",")):
            if form:
                forms.setdefault(form, word)
    return forms


@functools.lru_cache(maxsize=20_000)
def words_of(address: str) -> tuple[Word, ...]:
    """The words of an address, at most :data:`MAX_WORDS`.

    Raises:
        BadInput: the address is longer than :data:`MAX_ADDRESS` characters.
    """
    if len(address) > MAX_ADDRESS:
        raise BadInput(f"an address of {len(address):,} characters", remedy=f"at most {MAX_ADDRESS:,} are accepted")
    plain = _plain(address)
    plain = _CODE_ALONE.sub(lambda found: f" @{found[1] or found[2]} ", plain.replace("@", " "))
    plain = _ORDINAL.sub(r" \1 ", _FLOOR.sub(r" floor \1 ", plain.casefold()))
    texts = _together(_WORD.findall(plain)[: 8 * MAX_WORDS])
    found = list(_classified(texts))
    codes = {word.text for word in found if word.role == "country"}
    unique = [
        word
        for number, word in enumerate(found)
        if (word.role != "country" or word not in found[:number]) and (word.role != "letter" or word.text not in codes)
    ]
    return tuple(unique[:MAX_WORDS])


def _plain(address: str) -> str:
    """Latin letters, case kept."""
    if address.isascii():
        return _APOSTROPHES.sub("", address)
    visible = unicodedata.normalize("NFKC", address.translate(_INVISIBLE)).translate(_INVISIBLE)
    for sign, word in table().han:
        visible = visible.replace(sign, f" {word} ")
    visible = "".join(
        character for character in unicodedata.normalize("NFD", visible) if unicodedata.category(character) != "Mn"
    )
    return _APOSTROPHES.sub("", anyascii(visible))


def _together(texts: Sequence[str]) -> list[str]:
    """Single letters that stand together as one word: ``P.O.`` and ``P O`` are ``po``."""
    found: list[str] = []
    run = ""
    for text in texts:
        if len(text) == 1 and text.isalpha():
            run += text
            continue
        if run:
            found.append(run)
            run = ""
        found.append(text)
    return [*found, run] if run else found


def _classified(texts: Sequence[str]) -> Iterator[Word]:
    known = table()
    unit = False
    position = 0
    while position < len(texts):
        text = texts[position]
        if text in _COMMAS:
            position += 1
            continue
        country, length = _country(texts, position)
        if country:
            yield word_of(f"@{country.casefold()}", "country")
            position += length
            continue
        position += 1
        if text.startswith("@"):
            if is_country_code(text[1:].upper()) and text[1:] not in known.states:
                yield word_of(text, "country")
                continue
            text = text[1:]
        if text.isdigit():
            digits = text.lstrip("0") or "0"
            following = texts[position] if position < len(texts) else ""
            storey = known.units.get(following) == "floor" and not "".join(texts[position + 1 : position + 2]).isdigit()
            yield word_of(digits, "unit" if unit or storey else "postal" if len(text) >= _POSTAL else "number")
            unit = False
            continue
        following = texts[position] if position < len(texts) else ""
        previous = texts[position - 2] if position > 1 else ""
        # "FL 33146" is Florida, not a floor.
        of_unit = (following.isdigit() and (len(following) < _POSTAL or len(text) > 2)) or previous.isdigit()
        if text in known.units and (of_unit or len(text) > 2):
            unit = following.isdigit() or (unit and bool(following))
            yield word_of(known.units[text], "kind")
        elif text in known.kinds:
            yield word_of(known.kinds[text], "kind")
        elif text in known.small:
            yield word_of(text, "kind")
        elif text in known.places:
            yield word_of(known.places[text], "place")
        elif len(text) <= 2:
            yield word_of(f"@{text}" if is_country_code(text.upper()) else text, "letter")
        else:
            yield word_of(text, "name")


def _country(texts: Sequence[str], start: int) -> tuple[str, int]:
    """The country whose name begins at a place, and how many words it has."""
    if texts[start] not in table().first_words:
        return "", 0
    following = texts[start : start + 2 * _LONGEST_COUNTRY]
    places = [place for place, text in enumerate(following) if text not in _COMMAS][:_LONGEST_COUNTRY]
    for count in range(len(places), 0, -1):
        code = table().countries.get(" ".join(following[place] for place in places[:count]))
        if code:
            length = places[count - 1] + 1
            after = following[length] if length < len(following) else ""
            return ("", 0) if table().kinds.get(after) in table().ways else (code, length)
    return "", 0


@functools.lru_cache(maxsize=200_000)
def word_of(text: str, role: str) -> Word:
    """A word of an address with the weight of its role; equal words are one object."""
    return Word(text, role, table().weights[role])


def says_where(address: str) -> bool:
    """Whether an address says more than a town or a country: it has a number and a name, or two names."""
    roles = [word.role for word in words_of(address[:MAX_ADDRESS])]
    return roles.count("name") + roles.count("number") + roles.count("unit") >= 2 and "name" in roles


def place_words(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Names of places in a text, without kinds and numbers, and the countries in it as alpha-2 codes."""
    found = words_of(text[:MAX_ADDRESS])
    names = frozenset(word.text for word in found if word.role in ("name", "place") and len(word.text) > 2)
    return names, frozenset(word.text[1:].upper() for word in found if word.role == "country")


def word_likeness(one: str, other: str) -> float:
    """How alike two words are: 1, 0.9 or 0.8 for none, one or two wrong letters, else 0. Numbers are alike if equal."""
    if one == other:
        return 1.0
    shorter, longer = sorted((len(one), len(other)))
    if shorter < ONE_WRONG or longer > LONGEST_WRONG or not one.isalpha() or not other.isalpha():
        return 0.0
    most = 2 if shorter >= TWO_WRONG else 1
    if abs(len(one) - len(other)) > most:
        return 0.0
    distance = OSA.distance(one, other, score_cutoff=most)
    return _LIKENESS[distance] if distance <= most else 0.0


Pair = tuple[float, Word, Word, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two addresses aligned: pairs of words, words left over on each side, and why the score is in doubt."""

    score: float
    pairs: tuple[Pair, ...]
    ours: tuple[Word, ...]
    theirs: tuple[Word, ...]
    doubts: tuple[str, ...]
    sure: float
    """The score without the doubts."""


def compare_addresses(one: str, other: str) -> NameScore:
    """How alike two addresses are.

    Returns:
        A score in 0..1, symmetric, and what each word contributed; the contributions add up to the score.

    Raises:
        BadInput: an address is too long.
    """
    found = compare_words(words_of(one), words_of(other))
    return NameScore(found.score, tuple(parts_of(found)))


def compare_words(one: Sequence[Word], other: Sequence[Word]) -> Compared:
    """:func:`compare_addresses` for words that are at hand."""
    pairs, ours, theirs = _align(one, other)
    costs = table().costs
    matched = sum(likeness * (left.weight + right.weight) / 2 for likeness, left, right, _ in pairs)
    unlike = sum((1 - likeness) * (left.weight + right.weight) / 2 for likeness, left, right, _ in pairs)
    left, right = cost_of(ours), cost_of(theirs)
    both = min(left, right)
    lost = unlike + costs["conflict"] * both + costs["extra"] * (max(left, right) - both)
    sure = matched / (matched + lost) if matched else 0.0
    score, doubts = sure, []
    if _left(ours, _NUMBERS) and _left(theirs, _NUMBERS):
        score *= costs["another_number"]
        doubts.append("another number of house, floor or room")
    if _other_countries(ours, theirs):
        score *= costs["another_country"]
        doubts.append("another country")
    return Compared(score, tuple(pairs), tuple(ours), tuple(theirs), tuple(doubts), sure)


def cost_of(words: Iterable[Word]) -> float:
    """What words count where they are left over; a country that only one side names counts nothing."""
    return sum(word.weight for word in words if word.role != "country")


def _other_countries(ours: Iterable[Word], theirs: Iterable[Word]) -> bool:
    one, other = ({word.text for word in words if word.role == "country"} for words in (ours, theirs))
    related = ("@cn" in one and other <= _OF_CHINA) or ("@cn" in other and one <= _OF_CHINA)
    return bool(one and other) and not related


def _left(words: Iterable[Word], roles: frozenset[str] | set[str]) -> bool:
    return any(word.role in roles for word in words)


def _align(one: Sequence[Word], other: Sequence[Word]) -> tuple[list[Pair], list[Word], list[Word]]:
    """Every word with at most one of the other side: equal ones of equal role first, then by likeness and weight."""
    same = Counter(one) & Counter(other)
    pairs: list[Pair] = [(1.0, word, word, "") for word in same.elements()]
    one, other = _without(one, same), _without(other, same)
    possible = []
    for (i, left), (j, right) in itertools.product(enumerate(one), enumerate(other)):
        likeness = word_likeness(left.text, right.text)
        if likeness:
            note = "" if likeness == 1.0 else "spelled otherwise"
            if {left.role, right.role} == _NUMBERS:
                likeness, note = likeness * _OTHER_ROLE, "a room or floor here, a house there"
            weight = (left.weight + right.weight) / 2
            order = (-likeness * weight, min(left.text, right.text), max(left.text, right.text))
            possible.append((order, i, j, (likeness, left, right, note)))
    possible.sort(key=lambda item: item[:3])
    taken: set[int] = set()
    other_taken: set[int] = set()
    for _, i, j, pair in possible:
        if i not in taken and j not in other_taken:
            taken.add(i)
            other_taken.add(j)
            pairs.append(pair)
    ours = [word for number, word in enumerate(one) if number not in taken]
    theirs = [word for number, word in enumerate(other) if number not in other_taken]
    return pairs, ours, theirs


def _without(words: Sequence[Word], taken: Counter[Word]) -> list[Word]:
    left = Counter(words) - taken
    return sorted(left.elements(), key=lambda word: (word.text, word.role)) if left else []


def parts_of(found: Compared) -> Iterator[ScorePart]:
    """What each word contributed; the contributions add up to the score."""
    matched = sum(likeness * (left.weight + right.weight) / 2 for likeness, left, right, _ in found.pairs)
    for likeness, left, right, note in found.pairs:
        share = likeness * (left.weight + right.weight) / 2 / matched * found.sure
        yield ScorePart("token", _shown(left), _shown(right), share, note or _says(left))
    for what, words in (("missing", found.ours), ("extra", found.theirs)):
        for word in words:
            shown = (_shown(word), "") if what == "missing" else ("", _shown(word))
            yield ScorePart(
                what, *shown, 0.0, f"{_says(word)}, weight {word.weight:.2f}: on this side only".lstrip(", ")
            )
    if found.doubts:
        yield ScorePart("doubt", contribution=found.score - found.sure, note="; ".join(found.doubts))


def _shown(word: Word) -> str:
    return country_name(word.text[1:].upper()) if word.role == "country" else word.text


def _says(word: Word) -> str:
    says = {"name": "", "kind": "kind of street, building or area", "unit": "room or floor", "postal": "postal code"}
    return says.get(word.role, word.role)
