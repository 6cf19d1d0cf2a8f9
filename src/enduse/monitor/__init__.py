"""Monitoring: registers of customers, what a change of a list or of the law does to them, and the alerts of it."""
