"""``rules sync``: rulebooks from a folder, an archive or an address, taken whole or not at all."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import httpx

from enduse.lists.collect import MEMBER, Candidate, unpack
from enduse.lists.download import Fetcher, Limits
from enduse.model.errors import BadInput, OperationFailed
from enduse.rules.shelf import MAX_TREE_BYTES, RuleShelf, RuleSync
from enduse.version import __version__

_MAX_ARCHIVE = 16 * 2**20


def sync_rules(
    shelf: RuleShelf,
    source: str,
    today: dt.date,
    *,
    accept_withdrawal: bool = False,
    client: httpx.Client | None = None,
    sleep: Callable[[float], None] | None = None,
) -> RuleSync:
    """Take the rulebooks of a source.

    Args:
        source: a folder, a zip archive, or the address of one (``https://``; ``http://`` on this machine alone).
        accept_withdrawal: rulebooks that the source no longer holds are let go.
        client, sleep: for tests.

    Raises:
        BadInput: the source cannot be used.
        OperationFailed: it cannot be fetched, or is refused; what was on file stays.
    """
    with tempfile.TemporaryDirectory() as scratch:
        if "://" in source:
            folder = _unpacked(_fetched(source, client, sleep), source, Path(scratch))
        elif Path(source).is_file():
            if Path(source).stat().st_size > _MAX_ARCHIVE:
                raise BadInput(f"larger than {_MAX_ARCHIVE:,} bytes", where=source, remedy="an archive of rulebooks")
            folder = _unpacked(Path(source).read_bytes(), source, Path(scratch))
        else:
            folder = Path(source)
            if not folder.is_dir():
                raise BadInput("no such folder", where=source, remedy="a folder, a zip archive, or its address")
            source = str(folder.resolve())
        return shelf.sync(folder, source, today, accept_withdrawal=accept_withdrawal)


def _fetched(address: str, client: httpx.Client | None, sleep: Callable[[float], None] | None) -> bytes:
    url = httpx.URL(address)
    if url.scheme != "https" and url.host not in ("127.0.0.1", "::1", "localhost"):
        raise BadInput("no https address", where=address, remedy="rulebooks decide: fetch them over https")
    with client or httpx.Client(headers={"User-Agent": f"enduse/{__version__}"}) as asking:
        limits = Limits(size=_MAX_ARCHIVE)
        fetcher = Fetcher(asking, limits, sleep) if sleep is not None else Fetcher(asking, limits)
        content = fetcher.fetch(address).content
    if content is None:
        raise OperationFailed("the server answers 304 to a question that was not asked", where=address)
    return content


def _unpacked(content: bytes, source: str, scratch: Path) -> Path:
    """The rulebooks of an archive, written below a folder of this call; the folder that holds the jurisdictions.

    Raises:
        BadInput: no archive, a name that leads out of it, or too much.
    """
    size, written = 0, []
    for member in unpack(content, "archive", MAX_TREE_BYTES):
        if not isinstance(member, Candidate):
            raise BadInput(member.reason, where=source, remedy="a zip archive of rulebooks")
        _, packed, inner = member.path.partition(MEMBER)
        if not packed:
            raise BadInput("no zip archive", where=source, remedy="a zip archive of <jurisdiction>/<act>/rulebook.yaml")
        place = PurePosixPath(inner)
        if place.is_absolute() or ".." in place.parts or "\\" in inner or ":" in inner:
            raise BadInput(f"the name {inner!r} leads out of the archive", where=source, remedy="pack it anew")
        if place.suffix not in (".yaml", ".csv"):
            continue  # a licence or a read-me beside the rulebooks is no rulebook
        data = member.content()
        size += len(data)
        if size > MAX_TREE_BYTES:
            raise BadInput(f"more than {MAX_TREE_BYTES:,} bytes", where=source, remedy="an archive of rulebooks alone")
        target = scratch / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        written.append(place)
    acts = [place for place in written if place.name == "rulebook.yaml" and len(place.parts) >= 3]
    if not acts:
        raise BadInput("no rulebook in the archive", where=source, remedy="<jurisdiction>/<act>/rulebook.yaml")
    roots = {place.parts[:-3] for place in acts}
    if len(roots) > 1:
        raise BadInput("rulebooks at different depths", where=source, remedy="<jurisdiction>/<act>/rulebook.yaml")
    return scratch.joinpath(*roots.pop())
