"""Watches: which register is watched, under whose law, and who is told; and how far each has come."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enduse.interfaces.monitor.hooks import FOLDER
from enduse.model.errors import BadInput
from enduse.model.record import By, Record
from enduse.monitor.law import Deal
from enduse.monitor.register import Register
from enduse.rules.rulebook import DEFAULT_LAWS

if TYPE_CHECKING:
    from enduse.store.monitoring import Monitoring  # SQLAlchemy: only where there is a store

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
REGISTER, LICENCES = "register", "licences"
WHAT = (REGISTER, LICENCES)
FOUR_EYES = {"high": 0, "medium": 1, "low": 2, "never": -1}


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a source has been looked at: its edition, by date and folder, and the day up to which listings count."""

    edition: str
    folder: str
    day: str


@dataclass(frozen=True, slots=True)
class Watch:
    """A watch as it stands.

    Attributes:
        register: name of the register; empty where licences are watched.
        what: ``register``, or ``licences``: the live ones of the licensing in the same store.
        check_days: of licences: so long after a delivery a post-shipment check is due; 0: never.
        deal: what the law is asked about.
        webhooks: addresses that are told of each alert.
        four_eyes: alerts of this severity or a higher one are closed by two people; ``never``: by one.
        begun: the day of its first run; empty before.
        version: version of the register that has been screened as a whole; ``at`` and ``done``: the version that is
            being screened, and how many of its customers are done.
        day: the day up to which the law has been looked at.
        born: which register of the name ``version`` is of; ``lives``: how many there were before it.
        emails: addresses that are told how many alerts are new, and nothing of whom they are about.
        mailed: the place among records of the last alert that they were told of.
        law: the edition of each rulebook of its laws that has been looked at.
    """

    name: str
    register: str
    laws: tuple[str, ...] = ("us",)
    item: str = "EAR99"
    origin: str = "US"
    webhooks: tuple[str, ...] = ()
    four_eyes: str = "high"
    paused: bool = False
    begun: str = ""
    version: int = 0
    at: int = 0
    done: int = 0
    day: str = ""
    sources: Mapping[str, Seen] = field(default_factory=dict)
    what: str = REGISTER
    law: Mapping[str, str] = field(default_factory=dict)
    emails: tuple[str, ...] = ()
    mailed: int = 0
    check_days: int = 180
    born: str = ""
    lives: int = 0

    @property
    def deal(self) -> Deal:
        """What the law is asked about."""
        return Deal(self.laws, self.item, self.origin)

    def document(self) -> dict[str, Any]:
        """As plain values."""
        found = {one.name: getattr(self, one.name) for one in dataclasses.fields(self) if one.name != "sources"}
        found |= {name: list(found[name]) for name in ("laws", "webhooks", "emails")}
        sources = {name: dataclasses.asdict(seen) for name, seen in self.sources.items()}
        return found | {"sources": sources, "law": dict(self.law)}

    @classmethod
    def of(cls, record: Record) -> Watch:
        """The watch of a record."""
        raw = dict(record.content)
        raw["sources"] = {name: Seen(**seen) for name, seen in raw["sources"].items()}
        raw |= {name: tuple(raw.get(name, ())) for name in ("laws", "webhooks", "emails")}
        return cls(**raw)


def registers_of(data_dir: Path) -> Path:
    """The folder of the registers of a data directory."""
    return data_dir / FOLDER / "registers"


def keep_watch(store: Monitoring, data_dir: Path, watch: Watch, *, by: By) -> Watch:
    """Keep a new watch, or other settings of one; how far it has come stays.

    Raises:
        BadInput: a setting cannot be used.
    """
    if not _NAME.fullmatch(watch.name):
        raise BadInput(f"{watch.name!r} is no name of a watch", where="name", remedy="small letters, digits, - and _")
    if watch.what == LICENCES:
        if watch.register:
            raise BadInput("licences have no register", where="--register", remedy="one of --register and --licences")
        if not 0 <= watch.check_days <= 3_660:
            raise BadInput(f"{watch.check_days} days", where="--check-days", remedy="0 to 3660")
    elif not watch.register:
        raise BadInput("nothing to watch", where="--register", remedy="--register NAME, or --licences")
    elif not Register(registers_of(data_dir), watch.register).exists:
        known = ", ".join(Register.names(registers_of(data_dir))) or "none yet"
        remedy = f"enduse monitor register NAME TABLE; registers: {known}"
        raise BadInput(f"no register is called {watch.register!r}", where="--register", remedy=remedy)
    if unknown := [law for law in watch.laws if law not in DEFAULT_LAWS]:
        raise BadInput(f"no rulebook for {unknown[0]!r}", where="--law", remedy=f"known: {', '.join(DEFAULT_LAWS)}")
    if watch.four_eyes not in FOUR_EYES:
        raise BadInput(f"{watch.four_eyes!r} is no severity", where="--four-eyes", remedy=", ".join(FOUR_EYES))
    before = store.watch(watch.name)
    if before is not None:
        past = Watch.of(before)
        if (past.what, past.register) != (watch.what, watch.register):
            raise BadInput("a watch keeps its register", where="--register", remedy="make another watch")
        watch = replace(
            past,
            laws=watch.laws,
            item=watch.item,
            origin=watch.origin,
            webhooks=watch.webhooks,
            emails=watch.emails,
            four_eyes=watch.four_eyes,
            paused=watch.paused,
            check_days=watch.check_days,
        )
    reason = f"register {watch.register}" if watch.register else watch.what
    store.put_watch(watch.name, watch.document(), by=by, action="watch.keep", reason=reason)
    return watch


def day_of(text: str) -> dt.date:
    """A day as a watch keeps it."""
    return dt.date.fromisoformat(text)
