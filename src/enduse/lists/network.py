"""Fill the store of snapshots from the publishers' own addresses."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx

from enduse import __version__
from enduse.lists import registry
from enduse.lists.collect import Candidate, Ignored, unpack
from enduse.lists.download import Fetched, Fetcher, Limits
from enduse.lists.intake import COLLAPSE_BELOW, Intake, Progress, Release, SyncReport, Tell, tell_nobody
from enduse.lists.snapshots import Address, State, Store
from enduse.lists.sources.base import Download, SourceFormat
from enduse.lists.sync import looks_like_html, read_outdated_again
from enduse.model.errors import BadInput, OperationFailed

EU_TOKEN = "ENDUSE_EU_FSF_TOKEN"  # noqa: S105 - the name of a setting, not a secret


def sync_from_network(
    data_dir: Path,
    *,
    today: dt.date,
    only: Collection[str] = (),
    accept_collapse: Collection[str] = (),
    collapse_below: int = COLLAPSE_BELOW,
    limits: Limits | None = None,
    tell: Tell = tell_nobody,
    among: Sequence[SourceFormat] | None = None,
    settings: Mapping[str, str] | None = None,
    client: httpx.Client | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> SyncReport:
    """Fetch every list from its official address; each source becomes current by itself, when it is whole.

    Args:
        data_dir: the user's data directory.
        today: the civil date.
        only: ids of the sources to fetch; empty for all that have an address.
        accept_collapse: sources of which a far smaller edition is accepted.
        collapse_below: percent of the previous edition's rows under which an edition is refused.
        limits: time and size.
        tell: is told of progress.
        among: the sources; by default all.
        settings: where tokens are looked up; by default the environment.
        client: for tests.
        sleep: for tests.

    Returns:
        What was loaded, confirmed, and refused, and why. A source that cannot be fetched is refused, and the last good
        edition stays.

    Raises:
        BadInput: a source is not known.
        OperationFailed: the store cannot be written, or somebody else is writing.
    """
    known = registry.sources() if among is None else tuple(among)
    wanted = {registry.source_of(name, known, where="--source").id for name in only} or {one.id for one in known}
    accepted = frozenset(registry.source_of(name, known, where="--accept-collapse").id for name in accept_collapse)
    chosen = [source for source in known if source.id in wanted]
    ignored = [Ignored(one.id, "it has no official address: sync it from files") for one in chosen if not one.downloads]
    chosen = [source for source in chosen if source.downloads]
    with Store(data_dir).writing() as writer, client or _client() as asking:
        intake = Intake(writer, today, accepted, collapse_below, writer.store.state())
        fetcher = Fetcher(asking, limits or Limits(), sleep)
        for number, source in enumerate(chosen):
            progress = functools.partial(_told, tell, number, len(chosen))
            _Visit(intake, fetcher, source, os.environ if settings is None else settings, progress).run()
            writer.commit(intake.state, today)
        read_outdated_again(intake, known, tell)
        writer.commit(intake.state, today)
    tell(Progress(len(chosen), len(chosen), "done"))
    return intake.report(tuple(ignored))


@dataclass(slots=True)
class _Component:
    content: bytes
    name: str
    modified_on: dt.date | None
    address: Address


@dataclass(slots=True)
class _Visit:
    """One source, visited once."""

    intake: Intake
    fetcher: Fetcher
    source: SourceFormat
    settings: Mapping[str, str]
    tell: Callable[[str], None]

    def run(self) -> None:
        names = {download.component: download.url for download in reversed(self.source.downloads)}
        try:
            got = {name: self._component(name) for name in self.source.components if name in names}
        except (OperationFailed, BadInput) as error:
            nothing = Release(self.source, {}, {}, (self.intake.today, "day of download"))
            self.intake.refuse(nothing, str(error))
            return
        stated = [one.modified_on for one in got.values() if one.modified_on]
        newest = max(stated) if stated else None
        presumed = (
            (newest, "Last-Modified")
            if newest and newest <= self.intake.today
            else (self.intake.today, "day of download")
        )
        refused = len(self.intake.refused)
        self.intake.take(
            Release(
                self.source,
                {name: _given(one.content) for name, one in got.items()},
                {name: one.name for name, one in got.items()},
                presumed,
                confirmed_on=self.intake.today,
            )
        )
        if len(self.intake.refused) == refused:
            for one in got.values():
                self.intake.state = self.intake.state.with_address(one.address)

    def _component(self, component: str) -> _Component:
        """The content of a component from the first of its addresses that serves it.

        Raises:
            OperationFailed, BadInput: none does; the reason is that of the first.
        """
        first: OperationFailed | BadInput | None = None
        for download in self.source.downloads:
            if download.component != component:
                continue
            try:
                return self._fetch(download)
            except (OperationFailed, BadInput) as error:
                first = first or error
        assert first is not None
        raise first

    def _fetch(self, download: Download) -> _Component:
        state: State = self.intake.state
        known = next((one for one in state.addresses if one.url == download.url), None)
        if known is not None and not (self.intake.writer.store.root / "raw" / known.sha256).is_file():
            known = None
        url = self._filled(download.url)
        fetched = self.fetcher.fetch(
            url,
            known=known,
            shown=download.url,
            tell=lambda size: self.tell(f"{self.source.id}: {download.component}, {size:,} bytes"),
        )
        if fetched.content is None:
            if known is None:
                raise OperationFailed("the server answers 304 to a question that was not asked", where=download.url)
            content = self.intake.writer.store.raw(known.sha256)
            etag, modified = fetched.etag or known.etag, fetched.last_modified or known.last_modified
            fetched = Fetched(content, etag, modified)
            name = _name_in(url, download.component)
        else:
            name, content = self._unpacked(fetched, _name_in(url, download.component), download)
        address = Address(
            download.url,
            hashlib.sha256(content).hexdigest(),
            self.intake.today,
            fetched.etag,
            fetched.last_modified,
        )
        return _Component(content, name, fetched.modified_on, address)

    def _unpacked(self, fetched: Fetched, name: str, download: Download) -> tuple[str, bytes]:
        assert fetched.content is not None
        looks = "an empty file"
        for candidate in unpack(fetched.content, name, self.fetcher.limits.size):
            if not isinstance(candidate, Candidate):
                looks = candidate.reason
                continue
            head = candidate.head()
            if self.source.recognise(candidate.name, head) == download.component:
                return candidate.name, candidate.content()
            if looks_like_html(head) or fetched.content_type.startswith("text/html"):
                looks = "a web page"
            elif head.strip():
                looks = "something else"
        raise OperationFailed(
            f"it serves {looks}, not {download.component} of {self.source.id}",
            where=download.url,
            remedy=download.note or "the address may have changed: sync from files meanwhile",
        )

    def _filled(self, url: str) -> str:
        """The address with the user's token, or the date of the newest edition, in its place.

        Raises:
            BadInput: a token is needed and not set.
        """
        if "{token}" in url:
            token = self.settings.get(EU_TOKEN, "").strip()
            if not token:
                raise BadInput(
                    f"{self.source.id} needs the personal token of the Commission's financial sanctions database",
                    where=url,
                    remedy=f"register there with EU Login and set {EU_TOKEN}, or sync from files",
                )
            url = url.replace("{token}", quote(token, safe=""))
        return url.replace("{date}", self._ecfr_date(url)) if "{date}" in url else url

    def _ecfr_date(self, url: str) -> str:
        """The newest date of the title that an address of the eCFR's versioner names.

        Source: https://www.ecfr.gov/developers/documentation/api/v1 (titles.json, ``up_to_date_as_of``).
        """
        base, found, rest = url.partition("/full/{date}/")
        title = re.match(r"title-(\d+)", rest)
        if not found or title is None:
            raise OperationFailed("it is not known which date belongs into this address", where=url)
        answer = self.fetcher.fetch(f"{base}/titles.json").content or b""
        try:
            titles = json.loads(answer)["titles"]
            return next(
                dt.date.fromisoformat(one["up_to_date_as_of"]).isoformat()
                for one in titles
                if one["number"] == int(title[1])
            )
        except (ValueError, TypeError, LookupError, StopIteration):
            raise OperationFailed(
                "it does not name the newest date of the title", where=f"{base}/titles.json"
            ) from None


def _told(tell: Tell, done: int, total: int, text: str) -> None:
    tell(Progress(done, total, text))


def _client() -> httpx.Client:
    return httpx.Client(headers={"User-Agent": f"enduse/{__version__}"})


def _given(content: bytes) -> Callable[[], bytes]:
    return lambda: content


def _name_in(url: str, component: str) -> str:
    return httpx.URL(url).path.rpartition("/")[2] or component
