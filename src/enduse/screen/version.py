"""What a score rests on besides the two records: the shipped tables and the code that reads them, as one version."""

from __future__ import annotations

import functools
import hashlib
from importlib import resources

from enduse.screen.words import words

_TABLES = (
    *("words.yaml", "frequencies.csv", "frequencies_alike.csv", "letters.csv", "calibration.csv"),
    *("details.yaml", "addresses.yaml"),
)
_CODE = (
    *("arabic.py", "words.py", "normalise.py", "sounds.py", "score.py", "calibration.py", "rarity.py", "syllables.py"),
    *("generations.py", "slips.py", "cut_off.py"),
    *("keys.py", "vocabulary.py", "postings.py", "entries.py", "reach.py"),
    *("details.py", "identifiers.py", "dates.py", "addresses.py", "address_index.py"),
)


@functools.cache
def weights_version() -> str:
    """The number of the weight table, and a hash of every table and module that moves a score or an index."""
    folder = resources.files("enduse.screen")
    digest = hashlib.sha256()
    for name in (*_TABLES, *_CODE):
        file = folder / name
        if file.is_file():
            digest.update(name.encode() + b"\0" + file.read_bytes())
    return f"{words().version}-{digest.hexdigest()[:12]}"
