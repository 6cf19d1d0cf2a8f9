"""Events of cases, append-only; their bodies, which only an erasure takes away; rows of the queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NO_ERASURE = "NOT EXISTS (SELECT 1 FROM case_events WHERE case_id = OLD.case_id AND kind = 'erased' AND seq > OLD.seq)"


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.create_table(
        "case_events",
        sa.Column("case_id", sa.String(200), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        *(sa.Column(name, sa.String(64), nullable=False) for name in ("sha256", "previous", "hash")),
    )
    op.create_table(
        "case_bodies",
        sa.Column("case_id", sa.String(200), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "case_views",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        *(
            sa.Column(name, sa.String(200), nullable=False)
            for name in ("status", "authority", "type", "reference", "exporter", "destination", "officer")
        ),
        *(
            sa.Column(name, sa.String(100), nullable=False)
            for name in ("submitted", "decided", "outcomes", "licence", "due", "clock")
        ),
        sa.Column("search", sa.Text, nullable=False),
    )
    op.create_index("ix_case_views_due", "case_views", ["due", "id"])
    op.create_index("ix_case_views_status", "case_views", ["status", "due"])
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER case_events_no_{change.lower()} BEFORE {change} ON case_events "
            f"BEGIN SELECT RAISE(ABORT, 'case_events is append-only: no {change}'); END"
        )
    # INSERT OR REPLACE deletes without a DELETE trigger: an event may only be put after the last of its case.
    op.execute(
        "CREATE TRIGGER case_events_append BEFORE INSERT ON case_events "
        "WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM case_events WHERE case_id = NEW.case_id) "
        "BEGIN SELECT RAISE(ABORT, 'case_events is append-only: an event goes after the last'); END"
    )
    op.execute(
        "CREATE TRIGGER case_bodies_no_update BEFORE UPDATE ON case_bodies "
        "BEGIN SELECT RAISE(ABORT, 'case_bodies: no UPDATE'); END"
    )
    op.execute(
        f"CREATE TRIGGER case_bodies_erasure BEFORE DELETE ON case_bodies WHEN {_NO_ERASURE} "
        "BEGIN SELECT RAISE(ABORT, 'case_bodies: a body goes by an erasure only'); END"
    )
    op.execute(
        "CREATE TRIGGER case_bodies_once BEFORE INSERT ON case_bodies "
        "WHEN EXISTS (SELECT 1 FROM case_bodies WHERE case_id = NEW.case_id AND seq = NEW.seq) "
        "BEGIN SELECT RAISE(ABORT, 'case_bodies: the body is there'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER case_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON case_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION enduse_append_only()"
    )
    op.execute(
        "CREATE TRIGGER case_bodies_append_only BEFORE UPDATE OR TRUNCATE ON case_bodies "
        "FOR EACH STATEMENT EXECUTE FUNCTION enduse_append_only()"
    )
    op.execute(
        "CREATE FUNCTION enduse_case_erasure() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {_NO_ERASURE} THEN RAISE EXCEPTION 'case_bodies: a body goes by an erasure only'; END IF; "
        "RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER case_bodies_erasure BEFORE DELETE ON case_bodies "
        "FOR EACH ROW EXECUTE FUNCTION enduse_case_erasure()"
    )
    op.execute(
        "CREATE FUNCTION enduse_case_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.seq IS DISTINCT FROM "
        "(SELECT COALESCE(MAX(seq), 0) + 1 FROM case_events WHERE case_id = NEW.case_id) "
        "THEN RAISE EXCEPTION 'case_events is append-only: an event goes after the last'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER case_events_follows BEFORE INSERT ON case_events "
        "FOR EACH ROW EXECUTE FUNCTION enduse_case_follows()"
    )
