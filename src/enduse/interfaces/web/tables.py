"""The addresses of pages that take tables."""

from __future__ import annotations

from enduse.interfaces.web import bulk, jobs, portfolio
from enduse.interfaces.web.addresses import BOTH, Address

ADDRESSES: tuple[Address, ...] = (
    Address("/bulk", bulk.bulk, "check.run", BOTH),
    Address("/portfolio", portfolio.portfolio, "check.run", BOTH),
    Address("/jobs", jobs.overview, jobs.VIEW),
    Address("/jobs", jobs.start, jobs.RUN, ("POST",)),
    Address("/jobs/{id}", jobs.job, jobs.VIEW),
)
