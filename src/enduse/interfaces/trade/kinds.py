"""What jobs on trade and on the lists are called; read where the code that does them need not be."""

from __future__ import annotations

SIGNS, DECLARATIONS = "trade_signs", "trade_declarations"
KINDS = (SIGNS, DECLARATIONS)
INTELLIGENCE = "list_intelligence"
