"""What an address of the pages is: a path, who may see it, and the view that answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.page import Page

View = Callable[[Desk], Page | Response]
BOTH = ("GET", "POST")


@dataclass(frozen=True)
class Address:
    """One address.

    Attributes:
        action: what somebody must be allowed to do to see it.
        files: how many files a form may bring.
    """

    path: str
    view: View
    action: str
    methods: Sequence[str] = ("GET",)
    files: int = 1
