"""Monitoring over the store and the data directory: registers from tables, runs, the work on alerts, webhooks."""
