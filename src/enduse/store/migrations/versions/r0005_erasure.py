"""A content may go once a record of its erasure stands; nothing else of what was written may. Jobs say more of
themselves.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"

_NO_ERASURE = "NOT EXISTS (SELECT 1 FROM records WHERE kind = 'erasure' AND key = OLD.sha256)"
_SAYS = "contents is append-only: no DELETE without an erasure"


def upgrade() -> None:
    """Change the guard of the contents, and the room for a job's kind."""
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("kind", existing_type=sa.String(40), type_=sa.String(200), existing_nullable=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER contents_append_only ON contents")
        op.execute(
            "CREATE TRIGGER contents_append_only BEFORE UPDATE OR TRUNCATE ON contents "
            "FOR EACH STATEMENT EXECUTE FUNCTION enduse_append_only()"
        )
        op.execute(
            "CREATE FUNCTION enduse_content_erasure() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_NO_ERASURE} THEN RAISE EXCEPTION '{_SAYS}'; END IF; RETURN OLD; END $$"
        )
        op.execute(
            "CREATE TRIGGER contents_erasure BEFORE DELETE ON contents "
            "FOR EACH ROW EXECUTE FUNCTION enduse_content_erasure()"
        )
        return
    op.execute("DROP TRIGGER contents_no_delete")
    op.execute(
        f"CREATE TRIGGER contents_erasure BEFORE DELETE ON contents WHEN {_NO_ERASURE} "
        f"BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
    )
