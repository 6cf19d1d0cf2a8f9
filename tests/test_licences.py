"""Licences of everything that is installed with the program: no GPL or AGPL, and none that is not known."""

from __future__ import annotations

import importlib.metadata as metadata
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SHIPPED = ("postgres", "api", "mcp", "exchange")
"""The extras that somebody installs to use the program; `dev` and `bench` are for those who work on it."""
PERMITTED = {
    *("MIT", "MIT-0", "MIT-CMU", "BSD", "Apache", "ISC", "PSF", "Python Software Foundation", "0BSD", "Zlib"),
    *("Unlicense", "CC0", "MPL", "Mozilla Public License", "LGPL", "Lesser General Public"),
}
COPYLEFT = {"psycopg": "LGPL-3.0", "psycopg-binary": "LGPL-3.0", "certifi": "MPL-2.0"}
"""Weak copyleft, used unmodified as a library; each stands in docs/adr/0002-dependencies.md."""
ONLY_DEVELOPMENT = {"hypothesis": "MPL-2.0", "pathspec": "MPL-2.0"}


def names_in(requirements: Iterable[str], extras: frozenset[str] = frozenset()) -> set[str]:
    """What requirements name, without those for extras that nobody asked for."""
    found = set()
    for line in requirements:
        _, _, marker = line.partition(";")
        asked = re.findall(r"extra\s*==\s*[\"']([\w-]+)", marker)
        if not asked or extras & set(asked):
            found.add(line)
    return found


def installed_with(requirements: Iterable[str]) -> dict[str, metadata.Distribution]:
    """Every distribution that requirements bring along, by its name; those not needed on this machine are absent."""
    found: dict[str, metadata.Distribution] = {}
    waiting = list(requirements)
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        match = re.match(r"([A-Za-z0-9._-]+)\s*(?:\[([\w\s,-]+)\])?", waiting.pop())
        assert match is not None
        name = re.sub(r"[-_.]+", "-", match[1]).lower()
        extras = frozenset(one.strip() for one in (match[2] or "").split(",") if one.strip())
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        found[name] = distribution
        waiting += names_in(distribution.requires or (), extras)
    return found


def licence_of(distribution: metadata.Distribution) -> str:
    """What a distribution says of its licence, the first of: expression, classifiers, a short text."""
    said = distribution.metadata
    classified = [
        one.rpartition(":: ")[2] for one in said.get_all("Classifier") or () if one.startswith("License :: OSI")
    ]
    stated, expression = (next(iter(said.get_all(name) or ()), "") for name in ("License", "License-Expression"))
    return expression or ", ".join(classified) or (stated if len(stated) < 100 else stated[:100])


def strong(licence: str) -> bool:
    """Whether a licence is GPL or AGPL with no other to choose; the lesser one is neither."""
    choices = re.split(r"\bOR\b", licence)
    bare = [re.sub(r"LGPL|Lesser General Public", "", one, flags=re.IGNORECASE) for one in choices]
    return all(re.search(r"\bA?GPL|Affero|GNU General Public", one, re.IGNORECASE) for one in bare)


def shipped() -> dict[str, metadata.Distribution]:
    extras = [item for extra in SHIPPED for item in PROJECT["optional-dependencies"][extra]]
    return installed_with([*PROJECT["dependencies"], *extras])


def test_what_is_shipped_is_permitted_and_known() -> None:
    found = {name: licence_of(distribution) for name, distribution in shipped().items()}
    assert len(found) > 40
    assert {name: licence for name, licence in found.items() if not licence or strong(licence)} == {}
    odd = {name: said for name, said in found.items() if not any(one.lower() in said.lower() for one in PERMITTED)}
    assert odd == {}
    weak = {name for name, said in found.items() if re.search("LGPL|Lesser|MPL|Mozilla", said)}
    assert weak <= set(COPYLEFT)


def test_development_brings_no_strong_copyleft() -> None:
    found = installed_with(PROJECT["optional-dependencies"]["dev"])
    said = {name: licence_of(distribution) for name, distribution in found.items()}
    assert len(said) > len(shipped()) / 2
    assert {name: licence for name, licence in said.items() if not licence or strong(licence)} == {}
    weak = {name for name, text in said.items() if re.search("LGPL|Lesser|MPL|Mozilla", text)}
    assert weak <= {*COPYLEFT, *ONLY_DEVELOPMENT}


def test_weak_copyleft_is_named_in_the_record() -> None:
    record = (ROOT / "docs" / "adr" / "0002-dependencies.md").read_text(encoding="utf-8")
    assert [name for name in {**COPYLEFT, **ONLY_DEVELOPMENT} if f"`{name}`" not in record] == []


@pytest.mark.parametrize(
    ("licence", "is_strong"),
    [
        ("GPL-3.0-only", True),
        ("AGPL-3.0-or-later", True),
        ("GNU Affero General Public License v3", True),
        ("GNU General Public License v2 (GPLv2)", True),
        ("MIT OR GPL-2.0-only", False),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("Apache-2.0", False),
        ("MIT AND GPL-2.0-only", True),
    ],
)
def test_strong_copyleft_is_known(licence: str, is_strong: bool) -> None:
    assert strong(licence) is is_strong
