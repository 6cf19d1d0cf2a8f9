"""A run over what has changed finds exactly what screening everything before and after finds."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from enduse.lists.delta import parties_delta
from enduse.lists.legal import EFFECT
from enduse.model.party import Address, Identifier, ListedParty, Name
from enduse.monitor.alerts import Cause, Severity, alert_of
from enduse.monitor.customers import Customer, customer_of, line_of
from enduse.monitor.register import Register
from enduse.monitor.rescreen import Became, PairChange, in_full, touched
from monitor_worlds import NAMES, customer, editions, listing, party, registers

FEBRUARY, MARCH = dt.date(2024, 2, 1), dt.date(2024, 3, 1)


def register_of(folder: Path, customers: Sequence[Customer]) -> Register:
    register = Register(folder, "customers")
    register.upsert(customers)
    return register


def both(register: Register, old: list[ListedParty], new: list[ListedParty]) -> tuple[list[object], list[object]]:
    delta = parties_delta(old, new, since=FEBRUARY, until=MARCH)
    quick = touched(register, delta, before=FEBRUARY, after=MARCH)
    slow = in_full(register, old, new, before=FEBRUARY, after=MARCH)
    return [_content(one) for one in quick], [_content(one) for one in slow]


def _content(change: PairChange) -> object:
    return change.pair, change.became, change.before, change.after, change.fields


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(editions(), registers)
def test_what_changed_touches_exactly_whom_a_full_screening_tells_apart(
    listed: tuple[list[ListedParty], list[ListedParty]], customers: tuple[Customer, ...]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        quick, slow = both(register_of(Path(folder), customers), *listed)
    assert quick == slow


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(registers)
def test_a_customer_is_read_as_it_was_written(customers: tuple[Customer, ...]) -> None:
    assert [customer_of(line_of(one)) for one in customers] == list(customers)


def test_an_alias_an_address_a_number_a_removal_and_a_re_listing(tmp_path: Path) -> None:
    register = register_of(
        tmp_path,
        [
            customer("alias", "Norvik Optics LLC"),
            customer("address", "Some Other Trader", addresses=("44 Harbour Street, Halden",)),
            customer("number", "Bluefin", identifiers=("HRB 90210",)),
            customer("removed", "Qarabulaq Telecom JSC"),
            customer("listed again", "Lodestar Aviation Services"),
            customer("owned", "Quiet Holdings", ("Sable Ridge Systems Ltd", 60)),
            customer("nobody", "Gardening Without Borders"),
        ],
    )
    plain = party("1", "Zenit Research"), party("2", "Harbour Forwarders"), party("3", "Zorya Works")
    risky = Address("Harbour Street 44, Halden", high_diversion_risk=True)
    gone = party("4", "Qarabulaq Telecom")
    back = party("5", "Lodestar Aviation Services", listings=(listing(until=FEBRUARY),))
    old = [*plain, gone, back]
    new = [
        replace(plain[0], names=(*plain[0].names, Name("Norvik Optics"))),
        replace(plain[1], addresses=(risky,)),
        replace(plain[2], identifiers=(Identifier("registration", "HRB 90210"),)),
        replace(back, listings=(listing(),)),
        party("6", "Sable Ridge Systems"),
    ]
    delta = parties_delta(old, new, since=FEBRUARY, until=MARCH)
    found = {one.customer.key: one for one in touched(register, delta, before=FEBRUARY, after=MARCH)}
    assert {key: one.became for key, one in found.items()} == {
        "alias": Became.HIT,
        "address": Became.HIT,
        "number": Became.HIT,
        "removed": Became.GONE,
        "listed again": Became.HIT,
        "owned": Became.HIT,
    }
    assert found["owned"].owner == "Sable Ridge Systems Ltd"
    quick, slow = both(register, old, new)
    assert quick == slow


def test_a_listing_that_ends_between_the_days_is_a_change_though_no_edition_says_so(tmp_path: Path) -> None:
    register = register_of(tmp_path, [customer("1", "Norvik Optics LLC")])
    listed = [party("1", "Norvik Optics LLC", listings=(listing(until=dt.date(2024, 2, 20)),))]
    quick, slow = both(register, listed, listed)
    assert quick == slow
    assert len(quick) == 1


def test_a_change_of_wording_alone_is_told_apart(tmp_path: Path) -> None:
    register = register_of(tmp_path, [customer("1", "Norvik Optics LLC")])
    before = party("1", "Norvik Optics LLC")
    after = replace(before, listings=(replace(listing(), remarks="see also the note"),))
    (change,) = touched(register, parties_delta([before], [after]), before=FEBRUARY, after=MARCH)
    assert change.became is Became.REWORDED


def test_details_that_lift_a_name_over_the_threshold_are_not_lost(tmp_path: Path) -> None:
    """Of every customer and party: also those whose names alone are no hit."""
    stated = {"birth_date": "1970-05-01", "nationalities": ("RU",), "countries": ("RU",)}
    born = {"birth_dates": ("1970-05-01",), "nationalities": ("RU",)}
    listed = ("Ivan Examplevich Sidorov", "Karl Heinz Muster", *NAMES)
    asked = ("Ivan Sidorov Nikolaev", "Karl Musterer", "Heinz Muster Karlsson", *NAMES)
    parties = [party(str(place), name, **born) for place, name in enumerate(listed)]
    found = {}
    for kind, more in (("with details", stated), ("alone", {})):
        register = Register(tmp_path, kind.replace(" ", "-"))
        register.upsert(customer(f"C{place}", name, **more) for place, name in enumerate(asked))
        delta = parties_delta([], parties)
        quick = touched(register, delta, before=FEBRUARY, after=MARCH)
        slow = in_full(register, [], parties, before=FEBRUARY, after=MARCH)
        assert [_content(one) for one in quick] == [_content(one) for one in slow]
        found[kind] = {one.pair for one in quick}
    assert found["with details"] - found["alone"], "details lift some"


def test_each_kind_is_looked_up_as_it_is_scored(tmp_path: Path) -> None:
    parties = [party(str(place), name) for place, name in enumerate(NAMES)]
    register = Register(tmp_path, "kinds")
    kinds = ("any", "person", "company", "vessel")
    register.upsert(customer(f"{kind} {name}", name, kind=kind) for kind in kinds for name in NAMES)
    delta = parties_delta(parties, [])
    quick = touched(register, delta, before=FEBRUARY, after=MARCH)
    slow = in_full(register, parties, [], before=FEBRUARY, after=MARCH)
    assert [_content(one) for one in quick] == [_content(one) for one in slow]
    assert {one.customer.query.kind for one in quick} == set(kinds)


def test_a_customer_that_is_an_address(tmp_path: Path) -> None:
    register = register_of(tmp_path, [customer("where", "44 Harbour Street, Halden", kind="address")])
    listed = party("1", "Zorya Works", addresses=(Address("Harbour Street 44, Halden"),))
    (change,) = touched(register, parties_delta([], [listed]), before=FEBRUARY, after=MARCH)
    assert change.became is Became.HIT


def test_a_second_listing_that_begins_or_ends_is_told_while_the_first_one_stands(tmp_path: Path) -> None:
    begins, ends = dt.date(2024, 6, 1), dt.date(2024, 9, 1)
    second = replace(listing(list_id="CMIC", until=ends), listed_from=begins)
    listed = party("1", "Norvik Optics LLC", listings=(listing(), second))
    register = Register(tmp_path, "r")
    register.upsert([customer("C1", "Norvik Optics LLC")])
    for day, what in ((begins, "added"), (ends, "removed")):
        eve = day - dt.timedelta(days=1)
        delta = parties_delta([listed], [listed], since=eve, until=day)
        (change,) = touched(register, delta, before=eve, after=day)
        assert change.became is Became.CHANGED
        (field,) = change.fields
        assert (field.field, field.about) == ("listings", EFFECT)
        assert getattr(field, what)[0].startswith("CMIC")
        assert in_full(register, [listed], [listed], before=eve, after=day) == (change,)
        alert = alert_of(change, watch="w", cause=Cause.LIST, source="s", old="a", new="a", day=day, since=eve)
        lists = ("hit 1.00 on EL", "hit 1.00 on EL, CMIC")
        assert (alert.before, alert.after) == (lists if day == begins else lists[::-1])
        assert alert.severity is Severity.HIGH
    assert touched(register, delta, before=dt.date(2024, 7, 1), after=dt.date(2024, 7, 2)) == ()
