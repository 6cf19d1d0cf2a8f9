"""Records of every kind and the contents that they name, append-only; sessions, credentials, jobs, outbox and
idempotency keys, which are states of work and change.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_GUARDED = ("records", "contents")


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.create_table(
        "records",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("ref", sa.String(200), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.UniqueConstraint("id", name="records_id"),
    )
    op.create_index("ix_records_key", "records", ["kind", "key", "seq"])
    op.create_index("ix_records_ref", "records", ["kind", "ref", "seq"])
    op.create_table(
        "contents",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "credentials",
        sa.Column("user", sa.String(40), primary_key=True),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.String(20), nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("user", sa.String(40), nullable=False),
        sa.Column("begun", sa.String(20), nullable=False),
        sa.Column("seen", sa.String(20), nullable=False),
        sa.Column("ends", sa.String(20), nullable=False),
    )
    op.create_index("ix_sessions_user", "sessions", ["user"])
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("input", sa.String(64), nullable=False),
        sa.Column("result", sa.String(64), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("made", sa.String(20), nullable=False),
        sa.Column("changed", sa.String(20), nullable=False),
    )
    op.create_index("ix_jobs_owner", "jobs", ["owner", "made"])
    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("topic", sa.String(100), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("made", sa.String(20), nullable=False),
        sa.Column("due", sa.String(20), nullable=False),
        sa.Column("delivered", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
    )
    op.create_index("ix_outbox_due", "outbox", ["delivered", "due"])
    op.create_table(
        "idempotency",
        sa.Column("actor", sa.String(40), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in _GUARDED:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION enduse_append_only()"
            )
        return
    for table in _GUARDED:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: no {change}'); END"
            )
    # INSERT OR REPLACE deletes without a DELETE trigger.
    op.execute(
        "CREATE TRIGGER records_append BEFORE INSERT ON records "
        "WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM records) "
        "OR EXISTS (SELECT 1 FROM records WHERE id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, 'records is append-only: a row goes after the last'); END"
    )
    op.execute(
        "CREATE TRIGGER contents_once BEFORE INSERT ON contents "
        "WHEN EXISTS (SELECT 1 FROM contents WHERE sha256 = NEW.sha256) "
        "BEGIN SELECT RAISE(ABORT, 'contents is append-only: the content is there'); END"
    )
