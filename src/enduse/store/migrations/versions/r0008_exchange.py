"""Letters between nodes, how far each is, and what the exchange has looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "letters",
        sa.Column("direction", sa.String(3), primary_key=True),
        sa.Column("peer", sa.String(30), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("notice", sa.String(64), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("originator", sa.String(30), nullable=False),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("created", sa.String(20), nullable=False),
        sa.Column("correlates_to", sa.String(64), nullable=False),
        sa.Column("supersedes", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("body", sa.String(64), nullable=False),
        sa.Column("due", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
    )
    op.create_index("ix_letters_state", "letters", ["direction", "state", "peer", "seq"])
    op.create_index("ix_letters_notice", "letters", ["notice"])
    op.create_index("ix_letters_answers", "letters", ["correlates_to"])
    op.create_index("ix_letters_source", "letters", ["source"])
    op.create_table(
        "exchange_marks",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
