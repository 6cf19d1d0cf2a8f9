"""Where the store of protected sources is; cheap to import."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from enduse.model.errors import OperationFailed

FILE = "protected-sources.sqlite3"
"""Its name in the data directory, where no other database is named."""
_HERE = ("", "localhost", "::1", "0:0:0:0:0:0:0:1")
SETTING = "ENDUSE_PROTECTED_DATABASE_URL"


def place_of_secrets(data_dir: Path, url: str | None, main: Path | str) -> Path | str:
    """Where the store of protected sources is.

    Args:
        main: where everything else is.

    Raises:
        OperationFailed: it would be in the same database (and, where one is named, in the same schema).
    """
    if url and isinstance(main, str) and _database(url) == _database(main):
        raise OperationFailed(
            "protected sources would be in the store of everything else",
            where=SETTING,
            remedy="a database of their own, with a user of its own",
        )
    return url or data_dir / FILE


def _database(url: str) -> tuple[str, str, str, str]:
    """Host, port, database and options of a URL, however it is written; who signs in is left out."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, "", "", ""  # refused where it is opened, with words
    said = dict(parse_qsl(parts.query))
    _, _, address = parts.netloc.rpartition("@")
    named = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::(.*))?", address)
    host, port = (unquote(named[1].strip("[]")), named[2] or "") if named else (address, "")
    host = (said.get("host") or said.get("hostaddr") or host or os.environ.get("PGHOST") or "").casefold().rstrip(".")
    port = said.get("port") or port or os.environ.get("PGPORT") or "5432"
    user = said.get("user") or unquote(parts.username or "")
    database = said.get("dbname") or unquote(parts.path.strip("/")) or user
    here = host in _HERE or host.startswith(("/", "127."))
    return "" if here else host, port.lstrip("0"), database, said.get("options", "")
