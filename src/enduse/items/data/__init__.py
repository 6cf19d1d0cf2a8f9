"""Descriptions of classifications in the project's own words."""
