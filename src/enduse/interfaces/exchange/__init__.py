"""A node of the coalition: :mod:`enduse.exchange` over the store, cases and lists of an installation, and over HTTP."""
