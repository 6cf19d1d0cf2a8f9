"""How the pages of licensing call things: statuses, commands, clocks, findings. Plain words for exporters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STATUSES: Mapping[str, tuple[str, str]] = {
    "draft": ("Draft", "none"),
    "submitted": ("Submitted", "open"),
    "returned": ("Returned to the exporter", "licence"),
    "registered": ("Registered", "open"),
    "classification": ("Classification", "open"),
    "screening": ("Screening", "open"),
    "circulated": ("With the agencies", "open"),
    "hr_review": ("Human-rights review", "open"),
    "consultation": ("Consultation", "open"),
    "consolidation": ("Proposal to be written", "open"),
    "countersign_1": ("First countersignature", "open"),
    "countersign_2": ("Second countersignature", "open"),
    "decision_pending": ("Decision pending", "open"),
    "decided": ("Decided", "free"),
    "under_appeal": ("Under appeal", "licence"),
    "closed": ("Closed", "none"),
    "withdrawn": ("Withdrawn", "none"),
    "superseded": ("Superseded", "none"),
    "in_review": ("Being reviewed", "open"),
    "erased": ("Erased", "none"),
}
"""Words and tone of a status."""

FOR_EXPORTERS: Mapping[str, str] = {
    "draft": "Only you can see this. Complete it, then submit it.",
    "returned": "The authority sent it back to you. Change what it asks for, then submit it again.",
    "submitted": "The authority has it and will take it in.",
    "registered": "The authority has taken it in under its reference.",
    "in_review": "The authority is reviewing it. It asks you here if it needs to know more.",
    "decided": "The authority has decided. The decision is below, line by line.",
    "under_appeal": "Other people than those who decided first look at it again.",
    "closed": "It is finished. A licence that it led to is still valid until its last day.",
    "withdrawn": "You withdrew it. Nothing more happens.",
    "superseded": "A later application of yours takes its place.",
}

OUTCOMES: Mapping[str, tuple[str, str, str]] = {
    "grant": ("Granted", "○", "free"),
    "grant_with_conditions": ("Granted with conditions", "◐", "free"),
    "refuse": ("Refused", "■", "prohibited"),
    "nlr": ("No licence required", "–", "none"),
    "rwa": ("Returned without action", "↩", "none"),
}
"""Words, sign and tone of an outcome of a line."""

FINDINGS: Mapping[str, tuple[str, str, str]] = {
    "no_concern": ("No concern", "○", "free"),
    "concern_mitigated": ("Concern, mitigated", "◐", "open"),
    "risk": ("Risk", "▲", "licence"),
    "clear_risk": ("Clear risk", "■", "prohibited"),
    "not_applicable": ("Not applicable", "–", "none"),
}

POSITIONS: Mapping[str, tuple[str, str, str]] = {
    "approve": ("Approve", "○", "free"),
    "approve_with_conditions": ("Approve with conditions", "◐", "free"),
    "refuse": ("Refuse", "■", "prohibited"),
    "nlr": ("No licence required", "–", "none"),
    "no_objection": ("No objection", "○", "free"),
}

LICENCES: Mapping[str, tuple[str, str]] = {
    "active": ("In force", "free"),
    "suspended": ("Suspended", "licence"),
    "revoked": ("Revoked", "prohibited"),
    "surrendered": ("Given back", "none"),
    "expired": ("Expired", "none"),
    "exhausted": ("Used up", "none"),
}

MEASURES: Mapping[str, str] = {
    "suspend": "Suspend it for the time being",
    "revoke": "Revoke it for good",
    "reinstate": "Let it be in force again",
    "modify": "Lower what it allows, or let it end earlier",
}

CATEGORIES: Mapping[str, str] = {
    "interior_security": "Ministry of the interior or its security forces",
    "intelligence": "Intelligence service",
    "police": "Police",
    "military": "Armed forces, or a firm that works for them",
    "telecom_operator": "Telecommunications operator",
    "commercial": "Company",
    "academic": "University or research institute",
    "individual": "Private person",
    "government_other": "Another public body",
}

CAPABILITIES: Mapping[str, str] = {
    "interception": "Intercepts communications",
    "deep_packet_inspection": "Looks into data packets of a network",
    "location_tracking": "Tracks where people are",
    "intrusion": "Breaks into devices",
    "biometric_identification": "Recognises people by face, voice or other features",
    "social_media_analytics": "Analyses what people write on social media",
    "forensic_extraction": "Extracts data from devices",
    "mobile_interception": "Intercepts mobile telephones",
    "crime_control": "Equipment for police and prisons",
    "lawful_interception": "Interception on a judge's order",
}

ANSWERS: Mapping[str, str] = {
    "informed": "Yes: the authority informed us",
    "aware": "Yes: we are aware of it",
    "suspects": "We suspect it",
    "none": "No",
    "looked_and_found": "We looked, and found signs",
    "looked_and_found_none": "We looked, and found none",
    "not_looked": "We have not looked",
}

DECLARATIONS: Mapping[str, str] = {
    "true_and_complete": "What I state in this application is true and complete.",
    "will_report_changes": "I will tell the authority at once if anything in it changes.",
}

KINDS: Mapping[str, str] = {
    "target": "target",
    "limit": "limit",
    "deemed": "silence counts",
    "window": "right ends",
}
"""Kinds of clocks."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a command is called.

    Attributes:
        title: of its page, and of the link to it.
        button: of the button that does it.
        lead: what it does, in a sentence.
        grave: it cannot be taken back.
    """

    title: str
    button: str
    lead: str = ""
    grave: bool = False


COMMANDS: Mapping[str, Words] = {
    # exporter
    "revise": Words("Fill in the application", "Save"),
    "submit": Words(
        "Submit the application",
        "Submit",
        "The authority receives it as it stands. You cannot change it afterwards, but you can amend it.",
    ),
    "withdraw": Words(
        "Withdraw the application", "Withdraw it", "Nothing more happens with it. You can apply again.", True
    ),
    "answer_rfi": Words(
        "Answer a question", "Send the answer", "While the question is open, the authority's time stands still."
    ),
    "reply_intent": Words("Reply to the intent to deny", "Send the reply"),
    "appeal": Words("Appeal", "Appeal", "Other people than those who decided first look at the lines that you name."),
    "use": Words(
        "Report what left",
        "Record it",
        "Record every shipment under its own number. The same number said again changes nothing.",
    ),
    "meet_condition": Words(
        "Show that a condition is met",
        "Record the evidence",
        "The document stays with you; its fingerprint is recorded, so that it can be recognised later.",
    ),
    "surrender": Words("Give the licence back", "Give it back", "It cannot be used any more.", True),
    # intake and lead
    "register": Words("Take it in", "Register", "It gets its reference, and its clocks start."),
    "return": Words("Return it to the exporter", "Return it", "The exporter reads the reason, word for word."),
    "assign": Words("Assign it", "Assign", "It gives nobody a right; it says who handles the case."),
    "flag": Words("Set a flag", "Set the flag", "A flag blocks every grant until somebody takes it away."),
    "unflag": Words("Take a flag away", "Take it away"),
    "declare_conflict": Words(
        "Declare a conflict of interest", "Stand aside", "You do nothing more in this case.", True
    ),
    "pause": Words("Let the clocks stand still", "Pause", "For one of the reasons that the law names."),
    "resume": Words("Let the clocks go on", "Go on"),
    "close": Words("Close the case", "Close"),
    "reopen": Words("Open the case again", "Reopen"),
    # classification, screening
    "classify": Words("Classify a line", "Record the classification", "The exporter's claim stays beside it."),
    "finish_classification": Words("Classification is complete", "Go on to screening"),
    "screen": Words("Screen every party", "Screen now", "Against every list that the law needs, as it is loaded now."),
    "dispose_hit": Words("Dispose of a hit", "Record", "Is the listed party meant?"),
    "circulate": Words(
        "Circulate to the agencies", "Circulate", "The rules of routing say which agencies are heard, and why."
    ),
    "report_hit": Words("Report a later hit", "Record the hit", "A party of a decided case was listed since."),
    # advice
    "recommend": Words(
        "Advise", "Record the advice", "For one line and one party. A later version stands beside the earlier ones."
    ),
    "report_missing": Words("Name missing information", "Record"),
    "escalate": Words("Take it to the next rung", "Escalate", "Where the agencies differ."),
    "decide_rung": Words("Record what a rung decided", "Record"),
    "open_rfi": Words(
        "Ask the exporter",
        "Send the question",
        "The exporter reads the question and its legal basis, word for word. The clocks that say so stand still.",
    ),
    # human rights
    "assess_human_rights": Words("Write the human-rights assessment", "Record this version"),
    "review_human_rights": Words(
        "Review the human-rights assessment",
        "Record the review",
        "A second person agrees with the latest version, or sends it back.",
    ),
    # consultation
    "open_consultation": Words("Consult another authority", "Send the consultation"),
    "extend_consultation": Words("Grant more time", "Grant it"),
    "answer_consultation": Words("Record an answer", "Record"),
    # decision
    "determine": Words("Determine whether an authorisation is required", "Determine"),
    "consolidate": Words(
        "Write the proposal",
        "Propose",
        "Over all advice, one outcome for every line. The exporter will read its reasons, criteria and conditions.",
    ),
    "reconsolidate": Words("Take the proposal back", "Take it back"),
    "notify_intent": Words(
        "Notify an intent to deny", "Notify", "The exporter reads the reason, word for word, and may reply."
    ),
    "countersign": Words(
        "Countersign", "Sign", "You are the second pair of eyes: you answer for the proposal as its author does."
    ),
    "decide": Words("Decide", "Decide", "The decision is sent, a licence is issued with it.", True),
    "accept_late_appeal": Words("Accept a late appeal", "Accept"),
    "decide_appeal": Words("Decide the appeal", "Decide", "On the lines that are under appeal.", True),
    # licence
    "check_shipment": Words("Record a check after shipment", "Record"),
    "propose_measure": Words(
        "Propose a measure on the licence", "Propose", "A second person must approve it before anything changes."
    ),
    "confirm_measure": Words("Make the system's proposal yours", "Make it mine"),
    "approve_measure": Words(
        "Approve a measure", "Approve", "It holds at once: customs, the exporter and partners are told.", True
    ),
    "reject_measure": Words("Reject a measure", "Reject"),
    # records
    "review_denial": Words(
        "Review a denial of ours", "Record the review", "Every three years, and whenever something changed."
    ),
    "hold": Words("Put a legal hold on it", "Hold"),
    "release": Words("Lift the legal hold", "Lift it"),
}

BESIDE = frozenset({"declare_conflict", "assign", "flag", "unflag", "open_rfi", "pause", "report_missing", "hold"})
"""Commands that bring a case no nearer to its decision."""

DONE: Mapping[str, str] = {
    **{command: f"{one.title}: done." for command, one in COMMANDS.items()},
    "revise": "Saved. Nothing has been sent to the authority.",
    "submit": "Submitted. The authority has your application.",
    "amend": "This is the new application. It begins as a copy of the one that it amends.",
    "answer_rfi": "The authority has your answer.",
    "appeal": "The authority has your appeal.",
    "use": "Recorded in the ledger.",
    "screen": "Every party was screened.",
    "saved": "The filters are saved under their name.",
    "forgotten": "The filters are no longer saved.",
    "recorded": "The denial is in the register.",
    "reviewed": "The review is recorded.",
    "erased": "What the case said is erased; its hashes stay.",
    "frozen": "The report is frozen.",
}
"""What a page says once something was done."""

EVENTS: Mapping[str, str] = {
    "drafted": "drafted",
    "revised": "changed the draft",
    "submitted": "submitted",
    "moved": "status changed",
    "registered": "taken in",
    "returned": "returned to the exporter",
    "withdrawn": "withdrawn",
    "superseded": "superseded by a later application",
    "assigned": "assigned",
    "retyped": "taken in as another type",
    "classified": "classified",
    "screened": "parties screened",
    "hit_disposed": "hit disposed of",
    "routed": "circulated to the agencies",
    "recommended": "advised",
    "position_deemed": "silence counted as a position",
    "rfi_opened": "question to the exporter",
    "rfi_answered": "answer of the exporter",
    "paused": "clocks stopped",
    "resumed": "clocks go on",
    "hr_assessed": "human-rights assessment written",
    "hr_reviewed": "human-rights assessment reviewed",
    "consultation_opened": "another authority consulted",
    "consultation_extended": "more time granted to another authority",
    "consultation_answered": "another authority answered",
    "consultation_lapsed": "another authority's time lapsed",
    "consolidated": "proposal written",
    "reconsolidated": "proposal taken back",
    "countersigned": "countersigned",
    "decided": "decided",
    "licence_issued": "licence issued",
    "facts_recorded": "facts for statistics recorded",
    "appealed": "appealed",
    "appeal_late_accepted": "late appeal accepted",
    "intent_notified": "intent to deny notified",
    "intent_replied": "exporter replied to the intent to deny",
    "used": "goods left",
    "overdrawn": "more left than was licensed",
    "condition_met": "evidence for a condition",
    "shipment_checked": "checked after shipment",
    "hit_found": "later hit on a party",
    "measure_proposed": "measure on the licence proposed",
    "measure_confirmed": "proposal of a measure taken over",
    "measure_approved": "measure approved",
    "measure_rejected": "measure rejected",
    "licence_surrendered": "licence given back",
    "licence_expired": "licence expired",
    "conflict_declared": "conflict of interest declared",
    "held": "legal hold",
    "released": "legal hold lifted",
    "denial_reviewed": "denial reviewed",
    "document_issued": "document issued",
    "withheld": "withheld: it concerns another authority",
}
"""What happened, in words; a kind that is not here is shown as it is."""


def event_words(kind: str) -> str:
    """What happened, in words."""
    return EVENTS.get(kind, kind.replace("_", " "))


def status_words(status: str) -> str:
    """A status in words."""
    return STATUSES.get(status, (status.replace("_", " ").capitalize(), "none"))[0]


def command_title(command: str) -> str:
    """What a command is called."""
    found = COMMANDS.get(command)
    return found.title if found else command.replace("_", " ").capitalize()
