"""What every source module provides, and what parsing one edition gives.

A *source* is one publisher's file format (``us_csl``, ``us_ofac_sdn``, ``un_sc``); an *edition* is one release of it,
of one or more files (*components*) that belong together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from enduse.model.party import ListedParty


@dataclass(frozen=True, slots=True)
class Download:
    """An official address of a component.

    ``last_seen_working`` is the day on which somebody of this project, or a cited document, saw it serve the file;
    None: taken from documentation only. ``note`` says what else it was seen to serve.
    """

    component: str
    url: str
    last_seen_working: dt.date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was set aside, with its place and the reason. ``excerpt`` is at most 200 characters of it."""

    file: str
    line: int | None
    reason: str
    excerpt: str = ""


@dataclass(slots=True)
class Parsed:
    """One edition as read.

    Attributes:
        rows: data rows (or XML records) seen, rejected ones included, without headers and end-of-file records.
        parties: one per party of the publisher; rows of one party are joined where the format repeats them.
        rejected: rows set aside; never silently dropped.
        edition: date that the files themselves state, or None.
        notes: what was repaired, counted, or found odd, in plain words.
    """

    rows: int
    parties: list[ListedParty]
    rejected: list[Rejected] = field(default_factory=list)
    edition: dt.date | None = None
    notes: list[str] = field(default_factory=list)


class SourceFormat(Protocol):
    """One publisher's format. Implementations are module-level constants named ``SOURCE``.

    Attributes:
        id: stable identifier, lower case with underscores.
        title: the list's official name.
        authority: as in :class:`enduse.model.party.Listing`.
        lists: identifiers of the lists that a full edition of this source holds completely.
        document: the document that describes the format, with its address.
        cadence_days: after so many days a full edition counts as stale.
        components: names of the files that make up an edition; the first is required, others optional.
        downloads: official addresses.
        format_verified: False where the parser was written from a description and no official file was at hand.
    """

    id: str
    title: str
    authority: str
    lists: tuple[str, ...]
    document: str
    cadence_days: int
    components: tuple[str, ...]
    downloads: tuple[Download, ...]
    format_verified: bool

    def recognise(self, filename: str, head: bytes) -> str | None:
        """The component that a file is, judged by its content; the name only breaks ties. None: not ours.

        ``head`` is the first 65,536 bytes of the uncompressed file (for XLSX and ZIP: of the container).
        """

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition.

        Args:
            files: component -> uncompressed content.
            names: component -> file name for messages.

        Raises:
            BadInput: the content as a whole is not in this format (empty, truncated, HTML, wrong header).
                A malformed row alone is never an error: it is rejected and counted.
        """
