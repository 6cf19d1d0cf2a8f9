"""An edition of the installation's own list, put among the lists: made of what is public, taken in like any other."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from pathlib import Path

from enduse.cases.designations.listing import SOURCE
from enduse.cases.designations.publication import ftm_lines
from enduse.lists.sync import sync_from_dir
from enduse.model.errors import OperationFailed
from enduse.model.party import ListedParty

FILE = "own-list.ftm.json"


def put_edition(parties: Sequence[ListedParty], data_dir: Path, day: dt.date) -> bool:
    """Put an edition on file; whether it is a new one.

    The log of events is what counts: an edition that could not be written is made again by the next call.

    Args:
        day: the day of publication, which the edition is of.

    Raises:
        OperationFailed: it cannot be written, or was refused.
    """
    if not parties:
        return False
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder)
        (files / FILE).write_text("".join(ftm_lines(parties, day)), encoding="utf-8")
        (files / "enduse-sources.toml").write_text(
            f'[[edition]]\nsource = "{SOURCE}"\nedition = "{day}"\nfiles = {{ entities = "{FILE}" }}\n',
            encoding="utf-8",
        )
        report = sync_from_dir(data_dir, files, today=day, only=[SOURCE])
    if report.refused:
        raise OperationFailed(
            f"the edition of {day} was refused: {report.refused[0].reason}",
            where=SOURCE,
            remedy="enduse designations edition makes it again",
        )
    return bool(report.loaded)
