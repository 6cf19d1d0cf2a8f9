"""What the law does to the customers of a register: one by one where rules on parties reach them, else by country."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Sequence

from enduse.evidence.library import Library
from enduse.interfaces.monitor.lawful import LawChange, books_of, change_on
from enduse.interfaces.monitor.watches import Watch
from enduse.monitor.alerts import Alert
from enduse.monitor.countries import Countries, by_country, country_alerts
from enduse.monitor.customers import Customer
from enduse.monitor.law import law_days, reedited, turned
from enduse.monitor.register import Register
from enduse.rules.rulebook import Rulebook
from enduse.rules.touch import days_of_change


class CustomersLaw:
    """The law as it reaches the customers of one register.

    Args:
        reachable: gives the customers whom rules on parties can reach: those with owners, or with a hit that stands.
        note: takes what the record of the run says beside alerts.
    """

    def __init__(
        self,
        watch: Watch,
        register: Register,
        lists: Library,
        reachable: Callable[[], Iterator[Customer]],
        note: Callable[[str], None],
    ) -> None:
        self._watch, self._register, self._lists = watch, register, lists
        self._reachable, self._note = reachable, note

    def days(self, books: Sequence[Rulebook], since: dt.date, until: dt.date) -> Iterator[tuple[str, str, list[Alert]]]:
        """Each day after ``since``, up to ``until``, on which the law changes: what does, and the alerts of it."""
        own = books_of(books, self._watch.laws)
        ruled = {one.day: one for one in law_days(books, self._watch.laws, since, until)}
        for day in sorted({*ruled, *(one for one in days_of_change(own) if since < one <= until)}):
            change, law_day = change_on(own, day), ruled.get(day)
            if law_day is not None:
                alerts = list[Alert]()
                for customer in self._reachable():
                    alerts += turned(customer, law_day, self._watch.deal, books, self._lists, watch=self._watch.name)
                what = f"{len(law_day.rules)} rules begin, end or return"
                yield day.isoformat(), what, [*alerts, *self._by_country(change)]
            elif change.before != change.after:
                yield day.isoformat(), "tables change", self.edition(change)

    def edition(self, change: LawChange) -> list[Alert]:
        """The alerts of new editions of rulebooks."""
        found = list[Alert]()
        for customer in self._reachable():
            found += reedited(
                customer,
                change.day,
                (change.before, change.after),
                self._watch.deal,
                self._lists,
                old=change.old,
                new=change.new,
                watch=self._watch.name,
            )
        return [*found, *self._by_country(change)]

    def _by_country(self, change: LawChange) -> list[Alert]:
        if change.before == change.after:
            return []
        return country_alerts(
            self._countries.known,
            change.day,
            (change.before, change.after),
            self._watch.deal,
            self._lists,
            old=change.old,
            new=change.new,
            watch=self._watch.name,
            register=self._register.name,
        )

    @functools.cached_property
    def _countries(self) -> Countries:
        found = by_country(self._register.customers(), {one.key for one in self._reachable()})
        if found.unstated:
            self._note(f"{found.unstated:,} customers state no country: not judged by country")
        return found
