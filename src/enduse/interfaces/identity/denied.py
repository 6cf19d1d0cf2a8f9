"""A refusal by the policies of access; without a framework, for whoever decides outside a request."""

from __future__ import annotations

from enduse.model.access import Actor, Decision, Subject
from enduse.model.errors import EndUseError


class Denied(EndUseError):
    """An actor may not do something. The answer says why, and what would be needed."""

    def __init__(self, actor: Actor, action: str, decision: Decision, subject: Subject | None = None) -> None:
        super().__init__(decision.because)
        self.actor = actor
        self.action = action
        self.decision = decision
        self.subject = subject
