"""Logs and metrics. Requests name people: neither holds a query, a body, a name, a key or a token."""

from __future__ import annotations

import importlib
import logging
import sys
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from enduse.interfaces.service.settings import ServiceSettings
from enduse.version import __version__

if TYPE_CHECKING:
    from enduse.store.figures import Figures


QUIET = ("/exchange/notices/", "/v1/exchange/notices/", "/licensing/denials/")
"""Routes to one notice or denial: whether there is one must not show in what operators read."""


def status_shown(route: str, status: int) -> str:
    """The status of an answer as logs and metrics tell it: found, hidden and absent read alike, a defect shows."""
    return "served" if route.startswith(QUIET) and status < 500 else str(status)


def _structlog() -> Any:
    """structlog without rich, which it would load for traces that show the values of variables, and take a tenth of the
    server's start for it."""
    away = sys.modules.get("rich") is None
    if away:
        # An import of it now fails, and structlog goes on without.
        sys.modules["rich"] = None  # type: ignore[assignment]
    try:
        return importlib.import_module("structlog")
    finally:
        if away:
            del sys.modules["rich"]


structlog = _structlog()
_SECRET = ("password", "token", "secret", "authorization", "cookie", "key")
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def make_logger(settings: ServiceSettings, file: Any = None) -> Any:
    """A logger that writes a line of JSON (or text) for each event to standard error."""
    render: Any = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    return structlog.wrap_logger(
        structlog.PrintLogger(file if file is not None else sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_secrets,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.log_level]),
    )


def _without_secrets(_: Any, __: str, event: Any) -> Any:
    return {
        name: "[removed]" if any(word in name.lower() for word in _SECRET) else value for name, value in event.items()
    }


class Metrics:
    """What the service counts, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "enduse_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "enduse_request_seconds",
            "Time to answer.",
            ("route",),
            buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=self.registry,
        )
        self.running = Gauge("enduse_requests_running", "Requests being answered.", registry=self.registry)
        self.denied = Counter("enduse_denied", "Requests refused by the policies.", ("action",), registry=self.registry)
        self.logins = Counter("enduse_logins", "Attempts to sign in.", ("result",), registry=self.registry)
        self.limited = Counter("enduse_rate_limited", "Requests refused by a rate limit.", registry=self.registry)
        self.assessments = Counter("enduse_assessments", "Assessments kept.", ("outcome",), registry=self.registry)
        self.store_up = Gauge("enduse_store_up", "Whether the store can be used.", registry=self.registry)
        self.jobs = Gauge("enduse_jobs", "Jobs in the store.", ("state",), registry=self.registry)
        self.waiting = Gauge("enduse_outbox_waiting", "Messages not delivered yet.", registry=self.registry)
        self.failing = Gauge("enduse_outbox_failing", "Of them, those that failed before.", registry=self.registry)
        self.oldest = Gauge("enduse_outbox_oldest_seconds", "Age of the oldest of them.", registry=self.registry)
        self.entries = Gauge("enduse_audit_entries", "Entries of the audit chain.", registry=self.registry)
        self.size = Gauge("enduse_store_bytes", "Size of the embedded store.", registry=self.registry)
        self.free = Gauge("enduse_store_free_bytes", "Free on its disk.", registry=self.registry)
        about = Gauge("enduse_info", "The version that runs.", ("version",), registry=self.registry)
        about.labels(__version__).set(1)

    def look(self, found: Figures) -> None:
        """Take over what the store says of itself."""
        for state, count in found.jobs.items():
            self.jobs.labels(state).set(count)
        for gauge, value in (
            (self.waiting, found.waiting),
            (self.failing, found.failing),
            (self.oldest, found.oldest),
            (self.entries, found.entries),
            (self.size, found.size),
            (self.free, found.free),
        ):
            if value is not None:
                gauge.set(value)

    def text(self) -> bytes:
        """The metrics in Prometheus' text format."""
        return generate_latest(self.registry)
