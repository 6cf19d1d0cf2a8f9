"""Where the store of protected sources is; cheap to import."""

from __future__ import annotations

from pathlib import Path

from enduse.model.errors import OperationFailed

FILE = "protected-sources.sqlite3"
"""Its name in the data directory, where no other database is named."""
SETTING = "ENDUSE_PROTECTED_DATABASE_URL"


def place_of_secrets(data_dir: Path, url: str | None, main: Path | str) -> Path | str:
    """Where the store of protected sources is.

    Args:
        main: where everything else is.

    Raises:
        OperationFailed: it would be in the same database.
    """
    if url and url == main:
        raise OperationFailed(
            "protected sources would be in the store of everything else",
            where=SETTING,
            remedy="a database of their own, with a user of its own",
        )
    return url or data_dir / FILE
