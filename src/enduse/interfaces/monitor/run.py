"""A run: what has changed since the last one, screened against the registers, judged, and kept as alerts.

    register   customers that are new or changed are screened against every list
    lists      each edition that came since is compared with the one before, and only whom that touches is screened
    law        each day on which a rule begins, ends or returns is judged for the customers whom rules can reach

Each step is one transaction: its alerts, and how far the watch has come. A run that is killed goes on from there.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enduse.evidence.library import Library
from enduse.interfaces.law import law_at_hand
from enduse.interfaces.monitor.customers_law import CustomersLaw
from enduse.interfaces.monitor.digests import send_digests
from enduse.interfaces.monitor.documents import read_alert
from enduse.interfaces.monitor.editions import no_longer, pairs_of, seen_of
from enduse.interfaces.monitor.holdings import dealing_alerts, first_day
from enduse.interfaces.monitor.hooks import FOLDER, TOPIC, Hooks
from enduse.interfaces.monitor.lawful import LawChange, books_of, changes_by_day, deal_alerts, tells, text_alerts
from enduse.interfaces.monitor.licences import LicenceRun
from enduse.interfaces.monitor.mail import TOPIC as MAIL
from enduse.interfaces.monitor.mail import Mails
from enduse.interfaces.monitor.steps import BY, Report, Steps, Tell, alone
from enduse.interfaces.monitor.watches import LICENCES, Watch, day_of, registers_of
from enduse.lists.delta import EditionDelta, PartyDelta, edition_delta
from enduse.lists.shelf import Shelf
from enduse.lists.snapshots import EditionRecord
from enduse.lists.snapshots import Store as Snapshots
from enduse.model.errors import EndUseError
from enduse.model.record import Record
from enduse.monitor.alerts import Alert, Cause, alert_of, told
from enduse.monitor.customers import Customer
from enduse.monitor.law import reowned
from enduse.monitor.register import CUSTOMERS, HOLDINGS, TRANSACTIONS, Register
from enduse.monitor.rescreen import Became, PairChange, hits, in_full, touched
from enduse.monitor.work import State, departed
from enduse.rules.rulebook import Rulebook
from enduse.rules.shelf import RuleShelf
from enduse.screen.decisions import DecisionBook, Standing, apply

if TYPE_CHECKING:
    from enduse.interfaces.licensing.office import Office
    from enduse.store.database import Store
    from enduse.store.outbox import Message

AT_ONCE, DEALS_AT_ONCE, MOST_NAMED = 2_000, 50_000, 5
STANDING = ("hit", "changed")


def run(
    data_dir: Path,
    store: Store,
    clock: Callable[[], dt.datetime],
    *,
    only: Sequence[str] = (),
    starter: bool = False,
    in_full_too: bool = False,
    hooks: Hooks | None = None,
    mails: Mails | None = None,
    link: str = "",
    office: Office | None = None,
    tell: Tell = lambda _: None,
) -> list[Report]:
    """Run the watches that are not paused, one after the other.

    Args:
        only: names of watches; all of them when empty.
        starter: accept the embedded listings as coverage where the law is asked.
        in_full_too: screen everything before and after, in place of whom a change touches: slow, for proof.
        hooks: posts to the receivers of webhooks, after all is kept.
        mails: hands e-mail over, after all is kept; it waits where None.
        link: address under which people reach the service, for digests.
        office: licensing, for watches of licences.

    Raises:
        OperationFailed: another run is going on, the store or the lists cannot be used.
        EndUseError: the first that a watch came to; the other watches have run, and what waited was delivered.
    """
    reports: list[Report] = []
    failed: EndUseError | None = None
    with alone(data_dir):
        for record in store.monitoring.watches():
            watch = Watch.of(record)
            if not watch.paused and (not only or watch.name in only):
                try:
                    if watch.what == LICENCES:
                        reports.append(LicenceRun(store, clock, record, tell, office).all())
                    else:
                        reports.append(_Run(data_dir, store, clock, record, starter, in_full_too, tell).all())
                except EndUseError as problem:
                    # What ails one watch, or its register, keeps no other from its work.
                    tell(f"{watch.name}: {problem}")
                    failed = failed or problem
    if not only:
        send_digests(store, clock, link=link)
    handlers: dict[str, Callable[[Message], None]] = {TOPIC: hooks or Hooks(data_dir / FOLDER, clock)}
    if mails is not None:
        handlers[MAIL] = mails
    store.outbox.deliver(handlers, others=False, every=True)
    if failed is not None:
        raise failed
    return reports


class _Run(Steps):
    """One run of a watch of a register."""

    def __init__(
        self,
        data_dir: Path,
        store: Store,
        clock: Callable[[], dt.datetime],
        record: Record,
        starter: bool,
        slow: bool,
        tell: Tell,
    ) -> None:
        self._lists = Library(data_dir, accept_starter=starter)
        super().__init__(store, clock, record, tell, self._lists.editions())
        self._data_dir = data_dir
        self._slow = slow
        self._register = Register(registers_of(data_dir), self._watch.register)
        self._shelf = Shelf.open(data_dir)
        self._decisions = DecisionBook(store.decisions.all())
        self._past: dict[str, Customer] = {}
        self._by_day: set[tuple[object, ...]] = set()

    def all(self) -> Report:
        """Do what is to be done; the record of it."""
        with self._recorded():
            if not self._watch.begun:
                self._begin()
            if not self._register.exists:
                self._report.notes.append(f"the register {self._watch.register} is gone")
            elif self._watch.born != self._register.born or self._watch.version > self._register.version:
                # Versions are those of one register: of another, or of one that was put back, all count as changed.
                lives = self._watch.lives
                if self._watch.version:
                    self._report.notes.append(f"the register {self._watch.register} was written anew: all are screened")
                    lives += 1
                self._watch = replace(self._watch, born=self._register.born, lives=lives, version=0, at=0, done=0)
            for step in (
                self._departed_customers,
                self._changed_customers,
                self._changed_lists,
                self._changed_law,
                self._changed_editions,
            ):
                step()
        return self._report

    def _begin(self) -> None:
        """The first run begins with the lists and the law as they are today."""
        today = self._today.isoformat()
        sources = {
            records[-1].source: seen_of(records[-1], self._today) for records in self._by_source().values() if records
        }
        self._step(replace(self._watch, begun=today, day=today, sources=sources), (), "first run")

    def _by_source(self) -> dict[str, list[EditionRecord]]:
        found: dict[str, list[EditionRecord]] = {}
        for record in self._shelf.editions(self._today):
            found.setdefault(record.source, []).append(record)
        return found

    # --- the register

    def _departed_customers(self) -> None:
        """Close the alerts of customers who have left the register, with the reason."""
        if self._watch.version == self._register.version or not self._register.exists:
            return
        waiting = self._store.monitoring.customers(self._watch.name, status=("open", "snoozed", "closing"))
        left = [key for key in waiting if self._register.find(key) is None]
        states = []
        for identifier in itertools.chain.from_iterable(waiting[key] for key in left):
            known = self._store.monitoring.alert(identifier)
            assert known is not None
            states.append((identifier, departed(State.of(known[0].content), BY.actor).document()))
        if states:
            self._store.monitoring.depart(states, by=BY, reason="the customer has left the register")
            self._report.counts["closed: left the register"] += len(states)

    def _changed_customers(self) -> None:
        """Screen the customers that are new or changed against every list."""
        version = self._register.version
        if self._watch.version == version:
            return
        lives = self._watch.lives
        occasion = f"version {version}" + (f" of the register written anew for the {lives}. time" if lives else "")
        done = self._watch.done if self._watch.at == version else 0
        waiting = itertools.islice(self._register.customers(self._watch.version), done, None)
        screeners = self._lists.screeners()
        self._past = self._register.replaced(self._watch.version) if self._watch.version else {}
        if self._watch.version and not self._register.remembers(self._watch.version):
            self._report.notes.append("some changes of owners lie too far back to say what they were before")
        while some := list(itertools.islice(waiting, AT_ONCE)):
            found = [
                PairChange(customer, owner, None, match)
                for customer, owner, match in hits(screeners, some, self._today, self._register.threshold)
            ]
            alerts = [
                alert_of(
                    change,
                    watch=self._watch.name,
                    cause=Cause.REGISTER,
                    source="",
                    old="",
                    new="",
                    day=self._today,
                    occasion=occasion,
                )
                for change in self._unsuppressed(found)
            ]
            standing = self._standing([customer.key for customer in some])
            left = self._left(some, {change.pair for change in found}, standing, occasion)
            left += self._reowned(some, occasion)
            done += len(some)
            self._report.counts["customers"] += len(some)
            self._step(
                replace(self._watch, at=version, done=done),
                [*self._unknown(alerts, standing), *left],
                f"register {self._watch.register}, version {version}: {done} customers",
            )
        self._step(
            replace(self._watch, version=version, at=0, done=0), (), f"register {self._watch.register}: all screened"
        )

    def _reowned(self, customers: Iterable[Customer], version: str) -> Iterator[Alert]:
        """What the law says otherwise of customers whose owners, or their shares, have changed."""
        if not self._watch.version:
            return
        books = law_at_hand(self._data_dir).books if self._past else ()
        for customer in customers:
            past = self._past.get(customer.key)
            if past is None or past.owners == customer.owners:
                continue
            self._report.counts["owners changed"] += 1
            yield from reowned(
                past,
                customer,
                self._today,
                self._watch.deal,
                books,
                self._lists,
                version=version,
                watch=self._watch.name,
            )

    def _left(
        self,
        customers: Iterable[Customer],
        found: set[tuple[str, str, str]],
        standing: Mapping[Any, Mapping[str, Any]],
        version: str,
    ) -> list[Alert]:
        """Customers that have changed so that an earlier hit is none any more."""
        keys = {customer.key for customer in customers}
        gone = []
        for pair, row in standing.items():
            if pair[0] in keys and pair not in found:
                known = self._store.monitoring.alert(str(row["id"]))
                assert known is not None
                gone.append(no_longer(read_alert(known[1]), self._today, version))
        return gone

    # --- lists

    def _changed_lists(self) -> None:
        """Compare each edition that came with the one before it; then move the day."""
        for source, records in sorted(self._by_source().items()):
            seen = self._watch.sources.get(source)
            for before, after in pairs_of(records, seen, Snapshots(self._data_dir).still_there):
                since = day_of(self._watch.sources[source].day) if source in self._watch.sources else dt.date.min
                until = max(since, after.edition)
                self._list_step(source, before, after, since, until)
            since, last = day_of(self._watch.sources[source].day), records[-1]
            if since < self._today:
                self._list_step(source, last, last, since, self._today)

    def _list_step(
        self, source: str, before: EditionRecord | None, after: EditionRecord, since: dt.date, until: dt.date
    ) -> None:
        if before is None:
            parties = tuple(PartyDelta(None, party) for party in self._shelf.standing(source, after.edition))
            delta = EditionDelta(source, None, after.edition, parties)
        else:
            delta = edition_delta(self._data_dir, before, after, since=since, until=until)
        old = before.edition.isoformat() if before is not None else ""
        new = after.edition.isoformat()
        changes, reworded = told(self._touched(delta, before, after, since, until))
        # Editions of one day may take turns: each step tells of its own.
        occasion = until.isoformat() if before is after else self._record.id if old == new else ""
        alerts = [
            alert_of(
                change,
                watch=self._watch.name,
                cause=Cause.LIST,
                source=source,
                old=old,
                new=new,
                day=until,
                since=since,
                occasion=occasion,
            )
            for change in self._unsuppressed(changes)
        ]
        if before is not after or alerts:
            came, changed, gone = delta.counts
            self._report.editions.append(
                {"source": source, "old": old, "new": new, "came": came, "changed": changed, "gone": gone}
                | ({"notes": list(delta.notes)} if delta.notes else {})
            )
        self._report.counts["reworded"] += reworded
        standing = self._standing([change.customer.key for change in changes])
        sources = {**self._watch.sources, source: seen_of(after, until)}
        if before is after and not alerts:
            # Nothing but the day has moved: it is kept with the next step.
            self._watch, self._moved = replace(self._watch, sources=sources), True
            return
        self._step(
            replace(self._watch, sources=sources),
            self._unknown(alerts, standing),
            f"{source}: {old or 'nothing'} to {new}, as of {until}",
            standing,
        )

    def _touched(
        self, delta: EditionDelta, before: EditionRecord | None, after: EditionRecord, since: dt.date, until: dt.date
    ) -> Sequence[PairChange]:
        if not self._slow:
            return touched(self._register, delta.parties, before=since, after=until)
        old = self._shelf.standing(delta.source, before.edition) if before is not None else iter(())
        return in_full(
            self._register, old, self._shelf.standing(delta.source, after.edition), before=since, after=until
        )

    # --- law

    def _changed_law(self) -> None:
        """Judge the customers whom rules can reach on each day on which the law changes."""
        books = law_at_hand(self._data_dir).books
        since = day_of(self._watch.day)
        if self._register.kind == TRANSACTIONS:
            for change in changes_by_day(books, self._watch.laws, since, self._today):
                self._report.notes.append(f"{change.new}: the law changes")
                alerts = self._deals(change)
                self._by_day.update(map(tells, alerts))
                self._step(replace(self._watch, day=change.new), alerts, f"the law of {change.new}")
            self._to_today()
            return
        if self._register.kind == HOLDINGS:
            if (first := first_day(since, self._today)) > since:
                self._report.notes.append(f"days of dealing from {since} to {first} lie too far back: not looked at")
            told = dealing_alerts(
                tuple(self._reachable()),
                since,
                self._today,
                self._lists,
                books,
                self._watch.laws,
                watch=self._watch.name,
            )
            if told:
                self._step(replace(self._watch, day=self._today.isoformat()), told, "days of dealing")
            self._to_today()
            return
        for day, what, alerts in self._customers_law().days(books, since, self._today):
            self._report.notes.append(f"{day}: {what}")
            self._by_day.update(map(tells, alerts))
            self._step(replace(self._watch, day=day), alerts, f"the law of {day}")
        self._to_today()

    def _customers_law(self) -> CustomersLaw:
        return CustomersLaw(self._watch, self._register, self._lists, self._reachable, self._report.notes.append)

    def _to_today(self) -> None:
        if self._moved or self._watch.day != self._today.isoformat():
            self._step(replace(self._watch, day=self._today.isoformat()), (), f"the law of {self._today}")

    def _changed_editions(self) -> None:
        """Judge again what new editions of rulebooks touch, and tell what they say otherwise."""
        rules = RuleShelf(self._data_dir)
        rules.keep(self._today)
        books = books_of(law_at_hand(self._data_dir).books, self._watch.laws)
        editions = {book.id: book.edition_id for book in books}
        if not self._watch.law or editions == self._watch.law:
            if editions != self._watch.law:
                self._step(replace(self._watch, law=editions), (), "the rulebooks as they are")
            return
        before: list[Rulebook] = []
        for book_id, edition in sorted(self._watch.law.items()):
            now = next((book for book in books if book.edition_id == edition), None)
            past = now or rules.edition(edition)
            if past is not None:
                before.append(past)
            else:
                self._report.notes.append(f"{book_id}: the edition {edition[:12]} is not on file: nothing to compare")
        lacking = {one for one in self._watch.law if one not in {book.id for book in before}}
        after = tuple(book for book in books if book.id not in lacking)
        changed = [book_id for book_id, edition in editions.items() if self._watch.law.get(book_id) != edition]
        changed += [book_id for book_id in self._watch.law if book_id not in editions]
        old = ", ".join(f"{one} {self._watch.law.get(one, 'none')[:12]}" for one in changed)
        new = ", ".join(f"{one} {editions.get(one, 'none')[:12]}" for one in changed)
        change = LawChange(tuple(before), after, self._today, old, new)
        alerts = text_alerts(change, watch=self._watch.name)
        if self._register.kind == TRANSACTIONS:
            alerts += self._deals(change)
        elif self._register.kind == CUSTOMERS:
            alerts += self._customers_law().edition(change)
        # A rule that a new edition brings and that begins meanwhile was told of with its day.
        alerts = [alert for alert in alerts if tells(alert) not in self._by_day]
        self._report.notes.append(f"new editions: {new}")
        self._step(replace(self._watch, law=editions), alerts, f"new editions of rulebooks: {new}"[:500])

    def _deals(self, change: LawChange) -> list[Alert]:
        """The recorded transactions that a change of the law touches."""
        deals, found = self._register.customers(), list[Alert]()
        while some := list(itertools.islice(deals, DEALS_AT_ONCE)):
            found += deal_alerts(
                change, some, self._lists, watch=self._watch.name, full=self._slow, failed=self._not_judged
            )
        return found

    def _not_judged(self, key: str, problem: str) -> None:
        """Count a transaction that could not be judged; the first ones are named."""
        self._report.counts["transactions that could not be judged"] += 1
        if self._report.counts["transactions that could not be judged"] <= MOST_NAMED:
            self._report.notes.append(f"transaction {key} could not be judged: {problem}"[:300])

    def _reachable(self) -> Iterator[Customer]:
        """Customers with stated owners, and those with a hit that stands: rules on parties can reach them."""
        seen = set[str]()
        for customer in self._register.owned():
            seen.add(customer.key)
            yield customer
        for row in self._store.monitoring.standing_hits(self._watch.name):
            if row not in seen:
                found = self._register.find(row)
                if found is not None:
                    yield found

    # --- what is kept

    def _unsuppressed(self, changes: Iterable[PairChange]) -> Iterator[PairChange]:
        """Without hits that a decision rules out while nothing that mattered has changed."""
        for change in changes:
            if change.after is not None:
                query = next(one.query for one in change.customer.subjects() if one.owner == change.owner)
                judged = apply([change.after], query, self._decisions)
                if judged.suppressed and judged.suppressed[0].standing is Standing.SUPPRESSED:
                    self._report.counts["suppressed"] += 1
                    continue
            yield change

    def _standing(self, customers: Sequence[str]) -> dict[tuple[str, str, str], dict[str, str | int]]:
        """For each pair of some customers the row of its latest alert, where that says that it is a hit."""
        latest: dict[tuple[str, str, str], dict[str, str | int]] = {}
        for row in self._store.monitoring.of_customers(self._watch.name, list(dict.fromkeys(customers))):
            if row["cause"] != Cause.LAW.value:
                latest[str(row["customer"]), str(row["owner"]), str(row["party_id"])] = row
        return {pair: row for pair, row in latest.items() if row["became"] in STANDING}

    def _unknown(
        self, alerts: Iterable[Alert], standing: Mapping[tuple[str, str, str], Mapping[str, str | int]]
    ) -> list[Alert]:
        """Alerts that tell something new: no hit that is known with the same evidence, no end of one that was none."""
        fresh = []
        for alert in alerts:
            row = standing.get((alert.customer, alert.owner, alert.party_id))
            if alert.became == Became.GONE.value and row is None:
                self._report.counts["suppressed"] += 1
                continue
            if alert.became == Became.HIT.value and row is not None and row["evidence"] == alert.evidence.sha256:
                self._report.counts["known"] += 1
                continue
            fresh.append(alert)
        return fresh
