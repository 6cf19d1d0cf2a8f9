"""The queue of alerts: a row for each, which the records of its work rebuild."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "alert_views",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        *(
            sa.Column(name, sa.String(100), nullable=False)
            for name in ("watch", "became", "cause", "status", "assignee")
        ),
        sa.Column("urgency", sa.Integer, nullable=False),
        *(sa.Column(name, sa.String(20), nullable=False) for name in ("made", "effective", "until")),
        sa.Column("evidence", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("customer", "owner", "party_id", "source", "headline")),
    )
    op.create_index("ix_alert_views_queue", "alert_views", ["status", "urgency", "made", "id"])
    op.create_index("ix_alert_views_pair", "alert_views", ["watch", "customer", "party_id"])
