"""The office of designations as commands use it: over the store of the data directory, as an account."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from enduse.interfaces.cli.context import data_dir, library, store_place
from enduse.model.errors import BadInput

if TYPE_CHECKING:
    from enduse.interfaces.designations.desk import Desk
    from enduse.interfaces.designations.office import Office

As = Annotated[str, typer.Option("--as", help="Login of the account that does it; its roles count.")]


def secrets_place() -> Path | str:
    """Where protected sources are kept: ``ENDUSE_PROTECTED_DATABASE_URL``, else a file in the data directory."""
    from enduse.interfaces.designations.places import SETTING, place_of_secrets

    return place_of_secrets(data_dir(), os.environ.get(SETTING), store_place())


@contextlib.contextmanager
def office() -> Iterator[Office]:
    """The office over the store of the data directory.

    Raises:
        BadInput: there is no store.
    """
    from enduse.interfaces.designations.office import Office
    from enduse.interfaces.identity.policies import shipped_policies
    from enduse.interfaces.identity.storehouse import StoreAtHand
    from enduse.interfaces.licensing.office import Office as Licensing
    from enduse.store import store_exists

    place = store_place()
    if not store_exists(place):
        shown = str(place) if isinstance(place, Path) else "ENDUSE_DATABASE_URL"
        raise BadInput("there is no store", where=shown, remedy="--data-dir or ENDUSE_DATABASE_URL says where")
    stores = StoreAtHand(place, _now)
    policies = shipped_policies()
    licensing = Licensing(stores, _now, policies, lambda: library(starter=True))
    found = Office(
        stores,
        _now,
        policies,
        data_dir(),
        lambda: library(starter=True),
        secrets_place=secrets_place(),
        cases=licensing.desk,
    )
    try:
        yield found
    finally:
        stores.close()
        found.close()


@contextlib.contextmanager
def desk_of(login: str) -> Iterator[Desk]:
    """The desk of an account.

    Raises:
        BadInput: there is none, or it may not.
    """
    from enduse.interfaces.api.holdings import NotHeld
    from enduse.interfaces.identity.denied import Denied

    with office() as at_hand:
        person = at_hand.stores.person(login)
        try:
            yield at_hand.desk(person)
        except NotHeld as error:
            raise BadInput(error.problem, remedy="enduse designations list shows them") from None
        except Denied as error:
            raise BadInput(str(error), where="--as", remedy="an account with the role for it") from None


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)
