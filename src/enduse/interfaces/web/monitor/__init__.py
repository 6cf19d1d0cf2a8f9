"""Monitoring in a browser: the queue of alerts, one alert, what lists and law changed, one party across governments."""
