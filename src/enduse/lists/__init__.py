"""Restricted-party lists: official formats read, editions kept whole, history, freshness, differences."""
