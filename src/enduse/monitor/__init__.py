"""Monitoring: what changed and whom it touches. Registers of customers and alerts; portfolios of securities; trade."""
