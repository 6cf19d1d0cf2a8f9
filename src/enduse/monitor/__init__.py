"""Monitoring: what changed and whom it touches. Portfolios of securities; trade flows."""
