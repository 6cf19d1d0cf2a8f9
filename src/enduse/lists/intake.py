"""From the files of one release to an edition in the store, or to a refusal that leaves the last good one in force."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from enduse.lists.collect import Ignored
from enduse.lists.manifest import Role
from enduse.lists.snapshots import (
    EditionRecord,
    FileRecord,
    Refusal,
    State,
    Writer,
    content_hash,
    parser_version,
)
from enduse.lists.sources.base import Parsed, SourceFormat
from enduse.model.errors import BadInput

EARLIEST = dt.date(1990, 1, 1)
"""No edition of a list is older: OFAC's list first came as a file in the 1990s."""
COLLAPSE_BELOW = 75
LEAST_COMPARED = 20
_LOOKED_BACK = 6
"""Percent of the previous edition's rows below which an edition is refused."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A full edition that now counts."""

    source: str
    edition: dt.date
    dated_by: str
    rows: int
    parties: int
    rejected: int
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleRead:
    """A sample or fixture: parsed to test the parser, never a source of parties. ``error`` where it was refused."""

    source: str
    role: str
    files: tuple[str, ...]
    rows: int = 0
    parties: int = 0
    rejected: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did.

    Attributes:
        loaded: full editions that were not there before.
        unchanged: full editions that were there already, as (source, edition).
        refused: what was not taken; the last good edition stays.
        samples: files that tested a parser only.
        ignored: every other file, with the reason.
        warnings: what a reader should know, in plain words.
    """

    loaded: tuple[Loaded, ...] = ()
    unchanged: tuple[tuple[str, dt.date], ...] = ()
    refused: tuple[Refusal, ...] = ()
    samples: tuple[SampleRead, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is: ``done`` of ``total`` steps (0: not known), and what is being done."""

    done: int
    total: int
    text: str


Tell = Callable[[Progress], None]


def tell_nobody(progress: Progress) -> None:
    """Take no notice of progress."""


@dataclass(frozen=True, slots=True)
class Release:
    """The files of one release of one source, before they are read.

    Attributes:
        files: component -> a function that reads the content; it may raise :class:`BadInput`.
        names: component -> name for messages.
        stated: the date that a manifest states, or None.
        presumed: the date to take where neither manifest nor content state one, and where it is from.
        confirmed_on: the day on which the publisher was seen to serve these files, or None.
    """

    source: SourceFormat
    files: Mapping[str, Callable[[], bytes]]
    names: Mapping[str, str]
    presumed: tuple[dt.date, str]
    stated: dt.date | None = None
    month_only: bool = False
    role: Role = Role.FULL
    confirmed_on: dt.date | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """The names of its files."""
        return tuple(self.names[component] for component in self.files)


@dataclass(slots=True)
class Intake:
    """Takes releases into the store, oldest first, and keeps account of what became of them.

    Args:
        today: the civil date; an edition cannot be of a later one.
        accept_collapse: sources of which an edition far smaller than the one before is accepted.
        collapse_below: percent of the previous edition's rows.
    """

    writer: Writer
    today: dt.date
    accept_collapse: frozenset[str] = frozenset()
    collapse_below: int = COLLAPSE_BELOW
    state: State = field(default_factory=State)
    loaded: list[Loaded] = field(default_factory=list)
    unchanged: list[tuple[str, dt.date]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    samples: list[SampleRead] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def take(self, release: Release) -> None:
        """Read a release; a full one becomes an edition, or is refused with the reason."""
        try:
            contents = {component: read() for component, read in release.files.items()}
        except BadInput as error:
            self.refuse(release, error.message())
            return
        if release.role is Role.FULL and self._is_kept(release, contents):
            return
        try:
            parsed = _parse(release.source, contents, release.names)
        except BadInput as error:
            self.refuse(release, error.message())
            return
        if release.role is not Role.FULL:
            self.samples.append(
                SampleRead(
                    release.source.id,
                    release.role.value,
                    release.paths,
                    parsed.rows,
                    len(parsed.parties),
                    len(parsed.rejected),
                )
            )
            return
        try:
            day, dated_by = self._date(release, parsed)
        except BadInput as error:
            self.refuse(release, error.message())
            return
        reason = self._objection(release, parsed, day)
        if reason:
            self.refuse(release, reason, day)
            return
        self._keep(release, contents, parsed, day, dated_by)

    def refuse(self, release: Release, reason: str, day: dt.date | None = None) -> None:
        """Note that a release was not taken."""
        if release.role is not Role.FULL:
            self.samples.append(SampleRead(release.source.id, release.role.value, release.paths, error=reason))
            return
        known = day or release.stated or (release.presumed[0] if release.presumed[1] == "file name" else None)
        refusal = Refusal(release.source.id, reason, self.today, release.paths, known)
        self.refused.append(refusal)
        self.state = self.state.with_refusal(refusal)

    def read_again(self, record: EditionRecord, source: SourceFormat) -> None:
        """Read an edition that is kept once more, because other code read it; keep the old reading where that fails."""
        names = {file.component: file.name for file in record.files}
        contents = {file.component: self.writer.store.raw(file.sha256) for file in record.files}
        try:
            parsed = _parse(source, contents, names)
        except BadInput as error:
            self.warnings.append(
                f"{record.source} {record.edition}: this version refuses what an earlier one read; "
                f"its reading stays: {error.message()}"
            )
            return
        self.state = self.state.with_edition(self.writer.add(_described(record, parsed), parsed))

    def report(self, ignored: tuple[Ignored, ...] = ()) -> SyncReport:
        """What became of everything."""
        return SyncReport(
            tuple(self.loaded),
            tuple(self.unchanged),
            tuple(self.refused),
            tuple(self.samples),
            ignored,
            tuple(self.warnings),
        )

    def _is_kept(self, release: Release, contents: Mapping[str, bytes]) -> bool:
        """Whether the same bytes are an edition already, of the date that is stated or of any."""
        digest = content_hash({name: hashlib.sha256(content).hexdigest() for name, content in contents.items()})
        explicit = release.stated or (release.presumed[0] if release.presumed[1] == "file name" else None)
        for record in reversed(self.state.of(release.source.id)):
            if record.sha256 != digest or record.parser != parser_version():
                continue
            if explicit is None or record.edition == explicit or record.dated_by == "content":
                self.confirm(record, release.confirmed_on)
                return True
        return False

    def confirm(self, record: EditionRecord, day: dt.date | None) -> None:
        """Note that the publisher still serves an edition."""
        self.unchanged.append((record.source, record.edition))
        if day is not None and day > record.confirmed_to:
            record = replace(record, confirmed_to=day)
        self.state = self.state.with_edition(record)

    def _date(self, release: Release, parsed: Parsed) -> tuple[dt.date, str]:
        where = f"{release.source.id} ({', '.join(release.paths)})"
        if release.stated is not None:
            if parsed.edition and parsed.edition != release.stated:
                same_month = (parsed.edition.year, parsed.edition.month) == (release.stated.year, release.stated.month)
                if release.month_only and same_month:
                    return parsed.edition, "content"
                raise BadInput(
                    f"the manifest says {release.stated}, the file itself {parsed.edition}",
                    where=where,
                    remedy="mend the manifest: an edition has one date",
                )
            return release.stated, "manifest"
        if parsed.edition is not None:
            return parsed.edition, "content"
        if release.presumed[1] == "modification time":
            self.warnings.append(
                f"{where}: no date in the file nor in its name; taken to be of {release.presumed[0]}, "
                "when the file was last changed"
            )
        return release.presumed

    def _objection(self, release: Release, parsed: Parsed, day: dt.date) -> str:
        """Why an edition cannot be taken; empty where it can."""
        if day > self.today:
            return f"its date, {day}, lies in the future"
        if day < EARLIEST:
            return f"its date, {day}, lies before {EARLIEST}"
        if not parsed.parties:
            return "it names no party"
        if 2 * len(parsed.rejected) > parsed.rows:
            return f"{len(parsed.rejected):,} of {parsed.rows:,} rows cannot be read: {parsed.rejected[0].reason}"
        if release.source.id in self.accept_collapse:
            return ""
        # Against the largest of the last editions: small steps down add up.
        before = [record for record in self.state.of(release.source.id) if record.edition < day][-_LOOKED_BACK:]
        files = frozenset(release.files)
        objections = (_collapse(record, parsed, files, self.collapse_below) for record in reversed(before))
        return next(filter(None, objections), "")

    def _keep(
        self, release: Release, contents: Mapping[str, bytes], parsed: Parsed, day: dt.date, dated_by: str
    ) -> None:
        source = release.source
        if release.month_only and dated_by in ("manifest", "file name"):
            parsed.notes.append(f"only the month of this edition is known: {day}, its last day, stands for it")
        record = EditionRecord(
            source=source.id,
            edition=day,
            dated_by=dated_by,
            files=tuple(
                FileRecord(component, release.names[component], self.writer.keep_raw(content), len(content))
                for component, content in contents.items()
            ),
            rows=0,
            parties=0,
            rejected=0,
            fetched_at=self.today,
            confirmed_to=max(day, release.confirmed_on or day),
            parser="",
            parties_sha256="",
        )
        record = self.writer.add(_described(record, parsed), parsed)
        if any(old.edition == day and old.sha256 != record.sha256 for old in self.state.of(source.id)):
            self.warnings.append(f"{source.id}: the edition of {day} takes the place of another one of that date")
        self.state = self.state.with_edition(record)
        self.loaded.append(
            Loaded(
                source.id,
                day,
                dated_by,
                record.rows,
                record.parties,
                record.rejected,
                release.paths,
                record.notes,
            )
        )


def _parse(source: SourceFormat, contents: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
    for component, content in contents.items():
        if not content.strip(b"\x00 \t\r\n\x1a"):
            raise BadInput("the file is empty", where=names[component], remedy="download it again")
    return source.parse(contents, names)


def _described(record: EditionRecord, parsed: Parsed) -> EditionRecord:
    return replace(
        record,
        rows=parsed.rows,
        parties=len(parsed.parties),
        rejected=len(parsed.rejected),
        notes=tuple(parsed.notes),
        parser=parser_version(),
        by_list=_by_list(parsed),
    )


def _by_list(parsed: Parsed) -> tuple[tuple[str, int], ...]:
    counts = Counter(list_id for party in parsed.parties for list_id in {item.list_id for item in party.listings})
    return tuple(sorted(counts.items()))


def _collapse(before: EditionRecord, parsed: Parsed, components: frozenset[str], percent: int) -> str:
    # Rows of files that only one of the two has would not be compared like with like.
    compared = [("parties", before.parties, len(parsed.parties))]
    if before.components == components:
        compared.append(("rows", before.rows, parsed.rows))
    now = dict(_by_list(parsed))
    # One list may vanish inside a file of many: each is compared on its own.
    compared += [(f"parties of {name}", old, now.get(name, 0)) for name, old in before.by_list if old >= LEAST_COMPARED]
    for what, old, new in compared:
        # A few removals of a short list are no collapse.
        least = percent if old >= 5 * LEAST_COMPARED else min(percent, 50)
        if new * 100 < old * least:
            return (
                f"it has {new:,} {what} where the edition of {before.edition} has {old:,}: less than {least} %; "
                f"if that is so, sync with --accept-collapse {before.source}"
            )
    return ""
