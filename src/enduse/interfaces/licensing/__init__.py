"""Licensing wired to the store."""
