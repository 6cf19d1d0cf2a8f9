"""The audit chain and the decisions, with triggers that refuse every change of a row that was written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TABLES = ("audit", "decisions")


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(20), nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("actor", "role", "action", "subject", "before", "after", "reason", "editions")
        ),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("previous", name="audit_never_forks"),
    )
    op.create_table(
        "decisions",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.UniqueConstraint("id", name="decisions_id"),
    )
    op.create_index("ix_decisions_subject", "decisions", ["subject"])
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    for table in _TABLES:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: no {change}'); END"
            )
        # INSERT OR REPLACE deletes without a DELETE trigger: a row may only be put after the last.
        op.execute(
            f"CREATE TRIGGER {table}_append BEFORE INSERT ON {table} "
            f"WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM {table}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: a row goes after the last'); END"
        )
    op.execute(
        "CREATE TRIGGER audit_follows BEFORE INSERT ON audit "
        "WHEN NEW.previous IS NOT "
        "COALESCE((SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), '" + "0" * 64 + "') "
        "BEGIN SELECT RAISE(ABORT, 'audit: an entry follows the last'); END"
    )
    op.execute(
        "CREATE TRIGGER decisions_once BEFORE INSERT ON decisions "
        "WHEN EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, 'decisions is append-only: the record is there'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION enduse_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is append-only: no %', TG_TABLE_NAME, TG_OP; END $$"
    )
    op.execute(
        "CREATE FUNCTION enduse_audit_follows() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "DECLARE last_seq integer; last_hash text; "
        "BEGIN "
        "SELECT seq, hash INTO last_seq, last_hash FROM audit ORDER BY seq DESC LIMIT 1; "
        "IF NEW.seq IS DISTINCT FROM COALESCE(last_seq, 0) + 1 "
        "OR NEW.previous IS DISTINCT FROM COALESCE(last_hash, repeat('0', 64)) "
        "THEN RAISE EXCEPTION 'audit: an entry follows the last'; END IF; "
        "RETURN NEW; END $$"
    )
    for table in _TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION enduse_append_only()"
        )
    op.execute(
        "CREATE TRIGGER audit_follows BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION enduse_audit_follows()"
    )
