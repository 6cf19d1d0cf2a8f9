"""Licensing: from an application to a decision that holds up, and what comes after it.

A case is the fold of its events; a command is a pure function from a case to new events or to a refusal that says why.
Read :mod:`.service` first, then :mod:`.decide`. What the law and an authority's organisation prescribe (transitions,
roles, separations of duty, criteria, clocks, routing) is data in ``data/``.
"""
