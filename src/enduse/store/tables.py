"""The tables, as the code sees them. A test compares them with what the migrations make."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(20), nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("editions", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("previous", name="audit_never_forks"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False),
    Column("subject", String(64), nullable=False, index=True),
    Column("party_id", Text, nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint("id", name="decisions_id"),
)

records = Table(
    "records",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("key", String(200), nullable=False),
    Column("ref", String(200), nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint("id", name="records_id"),
    Index("ix_records_key", "kind", "key", "seq"),
    Index("ix_records_ref", "kind", "ref", "seq"),
)

contents = Table(
    "contents",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

credentials = Table(
    "credentials",
    metadata,
    Column("user", String(40), primary_key=True),
    Column("hash", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", String(20), nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("user", String(40), nullable=False, index=True),
    Column("begun", String(20), nullable=False),
    Column("seen", String(20), nullable=False),
    Column("ends", String(20), nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(200), nullable=False),
    Column("owner", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("input", String(64), nullable=False),
    Column("result", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("made", String(20), nullable=False),
    Column("changed", String(20), nullable=False),
    Index("ix_jobs_owner", "owner", "made"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("topic", String(100), nullable=False),
    Column("document", Text, nullable=False),
    Column("made", String(20), nullable=False),
    Column("due", String(20), nullable=False),
    Column("delivered", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Index("ix_outbox_due", "delivered", "due"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("actor", String(40), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("at", String(20), nullable=False),
)

case_events = Table(
    "case_events",
    metadata,
    Column("case_id", String(200), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

case_bodies = Table(
    "case_bodies",
    metadata,
    Column("case_id", String(200), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

case_views = Table(
    "case_views",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("seq", Integer, nullable=False),
    *(
        Column(name, String(200), nullable=False)
        for name in ("status", "authority", "type", "reference", "exporter", "destination", "officer")
    ),
    *(
        Column(name, String(100), nullable=False)
        for name in ("submitted", "decided", "outcomes", "licence", "due", "clock")
    ),
    Column("search", Text, nullable=False),
    Index("ix_case_views_due", "due", "id"),
    Index("ix_case_views_status", "status", "due"),
)

alert_views = Table(
    "alert_views",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("seq", Integer, nullable=False),
    *(Column(name, String(100), nullable=False) for name in ("watch", "became", "cause", "status", "assignee")),
    Column("urgency", Integer, nullable=False),
    *(Column(name, String(20), nullable=False) for name in ("made", "effective", "until")),
    Column("evidence", String(64), nullable=False),
    *(Column(name, Text, nullable=False) for name in ("customer", "owner", "party_id", "source", "headline")),
    Index("ix_alert_views_queue", "status", "urgency", "made", "id"),
    Index("ix_alert_views_pair", "watch", "customer", "party_id"),
)

letters = Table(
    "letters",
    metadata,
    Column("direction", String(3), primary_key=True),
    Column("peer", String(30), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    *(Column(name, String(64), nullable=False) for name in ("id", "notice")),
    Column("type", String(40), nullable=False),
    Column("originator", String(30), nullable=False),
    Column("level", String(20), nullable=False),
    Column("created", String(20), nullable=False),
    *(Column(name, String(64), nullable=False) for name in ("correlates_to", "supersedes")),
    Column("state", String(20), nullable=False),
    Column("at", String(20), nullable=False),
    Column("body", String(64), nullable=False),
    Column("due", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("source", String(200), nullable=False),
    Index("ix_letters_state", "direction", "state", "peer", "seq"),
    Index("ix_letters_notice", "notice"),
    Index("ix_letters_answers", "correlates_to"),
    Index("ix_letters_source", "source"),
)

exchange_marks = Table(
    "exchange_marks",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("value", Text, nullable=False),
)
