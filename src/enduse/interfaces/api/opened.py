"""The lists of the service while it runs, and whether it can answer from them."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from enduse.interfaces.api.answers import Unavailable
from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.api.limits import known_parameters
from enduse.interfaces.api.problems import PROBLEMS
from enduse.interfaces.identity.guard import require
from enduse.model.errors import EndUseError

Clock = Callable[[], dt.date]


class Status(BaseModel):
    """The state of the server."""

    status: str = Field("ok", examples=["ok"])


class OpenedLists:
    """The holdings, once they are open; before that, and after a failure, the reason why not."""

    def __init__(self, open_holdings: Callable[[], Holdings], clock: Clock) -> None:
        self._open = open_holdings
        self.clock = clock
        self._holdings: Holdings | None = None
        self._problem = "the lists are being opened"

    def start(self) -> None:
        """Open the holdings beside the server, so that it can say meanwhile that it is not ready."""
        threading.Thread(target=self._opening, name="open lists", daemon=True).start()

    def _opening(self) -> None:
        try:
            self._holdings = self._open()
        except (EndUseError, OSError) as error:
            self._problem = f"the lists cannot be opened: {error}"

    def reopen(self) -> None:
        """Open the holdings anew beside the server; the old ones answer meanwhile, and stay where that fails."""
        threading.Thread(target=self._opening, name="open lists anew", daemon=True).start()

    def holdings(self) -> Holdings:
        if self._holdings is None:
            raise Unavailable(self._problem, "ask /readyz again")
        return self._holdings


def _state(request: Request) -> OpenedLists:
    found: OpenedLists = request.app.state.enduse
    return found


State = Annotated[OpenedLists, Depends(_state)]
router = APIRouter(dependencies=[Depends(known_parameters)])


@router.get(
    "/healthz",
    dependencies=[require("health.view")],
    response_model=Status,
    responses={400: PROBLEMS[400]},
    tags=["System"],
)
async def healthz() -> Any:
    """The server runs."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    dependencies=[require("health.view")],
    response_model=Status,
    responses={**PROBLEMS},
    tags=["System"],
)
def readyz(request: Request, state: State) -> Any:
    """The lists are open, there is something to answer from, and the store, where there is one, can be used."""
    if problem := getattr(request.state, "unknown_because", ""):
        raise Unavailable(problem, "see the log")
    if (store := request.app.state.service.stores.get()) is not None:
        store.probe()
    if not state.holdings().can_answer:
        raise Unavailable(
            "no list is loaded but the embedded starter listings", "enduse lists sync, or start with --starter"
        )
    return {"status": "ok"}
