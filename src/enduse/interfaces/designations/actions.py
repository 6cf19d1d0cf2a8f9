"""Which action of the access policies each command on a designation is: the coarse net, before its own guards."""

from __future__ import annotations

from collections.abc import Mapping

PUBLIC = ("publish", "amend", "remove")
_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "designation.nominate": (
        *("revise", "withdraw", "notify", "petition", "answer_objection", "review", "record_order"),
    ),
    "designation.lead": ("circulate", "close_vote", "decide_petition"),
    "designation.vote": ("vote", "recuse"),
    "designation.publish": ("prenotify", *PUBLIC),
}
ACTIONS: Mapping[str, str] = {command: action for action, commands in _COMMANDS.items() for command in commands}
"""Command -> action; ``nominate`` itself is ``designation.nominate`` and has an address of its own."""
PUBLISHING = frozenset(PUBLIC)
"""Commands after which an edition of the list is made."""
