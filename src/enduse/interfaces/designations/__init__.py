"""Designations wired to the store, the lists at hand and the screener."""
