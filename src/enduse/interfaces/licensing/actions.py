"""Which action of the access policies each command of licensing is: the coarse net, before licensing's own guards."""

from __future__ import annotations

from collections.abc import Mapping

_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "case.file": (
        *("draft", "revise", "submit", "withdraw", "answer_rfi", "reply_intent", "appeal", "meet_condition"),
        "surrender",
    ),
    "case.receive": ("register", "return", "assign"),
    "case.classify": ("classify", "finish_classification"),
    "case.screen": ("screen", "dispose_hit", "circulate", "report_hit"),
    "case.advise": ("recommend", "report_missing", "escalate"),
    "case.ask": ("open_rfi",),
    "case.flag": ("flag", "unflag"),
    "case.stand_aside": ("declare_conflict",),
    "case.assess_rights": ("assess_human_rights",),
    "case.review_rights": ("review_human_rights",),
    "case.consult": ("open_consultation", "extend_consultation", "answer_consultation"),
    "case.lead": ("pause", "resume", "consolidate", "reconsolidate", "notify_intent", "close", "review_denial"),
    "case.countersign": ("countersign",),
    "case.decide": ("decide", "decide_rung", "determine"),
    "case.reopen": ("reopen",),
    "case.hear_appeal": ("accept_late_appeal", "decide_appeal"),
    "case.inspect": ("check_shipment",),
    "case.hold": ("hold", "release"),
    "licence.use": ("use",),
    "licence.measure": ("propose_measure", "confirm_measure"),
    "licence.approve": ("approve_measure", "reject_measure"),
}
ACTIONS: Mapping[str, str] = {command: action for action, commands in _COMMANDS.items() for command in commands}
"""Command -> action. A test holds that whoever may do a command holds its action, and that none is left out."""
