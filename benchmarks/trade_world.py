"""A simulator of monthly trade in one controlled code, with diversion planted in some worlds.

Exporters sell to a restricted destination, to hubs and to everybody else. From the control on, direct exports to the
restricted destination fall. In a world with diversion one hub takes over a part: it buys more (``size`` times its usual
month) and sends the surplus on, either declared (``reexport``: the hub reports arrivals and onward exports) or in
transit (``transit``: the goods leave for the hub and never arrive there). Everything else is noise that real series
have: demand of the whole world that drifts and steps, a yearly wave, autocorrelated noise, growth that differs from hub
to hub, trade that moved for other reasons, single large orders, months that nobody reports, reports that differ by a
tenth between the two ends.

All numbers are invented; none is fitted to a country.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from enduse.monitor.trade.indicators import Flows
from enduse.monitor.trade.series import Series

MONTHS, BEFORE = 66, 48
START = 2018 * 12
CONTROL = START + BEFORE
HUBS = 8
SIZES = (1.2, 1.5, 2.0, 3.0)


@dataclass(frozen=True, slots=True)
class World:
    """The flows of every hub, and which of them diverts.

    Attributes:
        planted: number of the hub, or None.
        how: ``reexport``, ``transit`` or empty.
        size: exports to the hub after the control over what they would have been.
    """

    flows: tuple[Flows, ...]
    planted: int | None
    how: str
    size: float


def world(seed: int, how: str = "", size: float = 1.0) -> World:
    """One world; equal seeds give equal noise, whether or not diversion is planted."""
    random = np.random.default_rng(seed)
    demand = _demand(random)
    others = _path(random, level=100.0, growth=0.03, sigma=0.06) * demand
    direct = _path(random, level=20.0, growth=0.0) * demand
    direct[BEFORE:] *= random.uniform(0.05, 0.4)
    planted = int(random.integers(HUBS)) if how else None
    found = []
    for hub in range(HUBS):
        level = float(np.exp(random.normal(1.0, 0.8)))
        growth = float(random.normal(0.03, 0.05))
        to_hub = _path(random, level, growth) * demand
        onward = _path(random, level * random.uniform(0.03, 0.15), growth)
        if random.random() < 0.15:
            place = BEFORE + int(random.integers(MONTHS - BEFORE - 2))
            to_hub[place : place + 2] *= random.uniform(2.0, 4.0)  # a large order, after the control as it happens
        if random.random() < 0.15:
            to_hub[BEFORE:] *= random.uniform(1.05, 1.25)  # trade that moved there for other reasons
        arrived = to_hub.copy()
        if hub == planted:
            ramp = np.ones(MONTHS)
            ramp[BEFORE:] = 1 + (size - 1) * np.minimum(1, (np.arange(MONTHS - BEFORE) + 1) / 4)
            surplus = to_hub * (ramp - 1)
            to_hub = to_hub + surplus
            if how == "reexport":
                arrived = to_hub.copy()
                onward = onward + surplus * random.uniform(0.5, 0.9)
        arrived = 1.06 * arrived * np.exp(random.normal(0, 0.1, MONTHS)) * float(np.exp(random.normal(0, 0.2)))
        found.append(
            Flows(
                f"H{hub}",
                _series("to hub", to_hub),
                _series("to others", others),
                _series("direct", direct),
                _series("arrived", _unreported(random, arrived)),
                _series("onward", _unreported(random, onward)),
            )
        )
    return World(tuple(found), planted, how, size)


def _demand(random: np.random.Generator) -> np.ndarray:
    """What the whole world buys of the goods: it drifts, and in a third of the worlds it steps up or down."""
    found = np.zeros(MONTHS)
    for place in range(1, MONTHS):
        found[place] = 0.8 * found[place - 1] + random.normal(0, 0.05)
    if random.random() < 1 / 3:
        found[int(random.integers(30, MONTHS - 6)) :] += random.normal(0, 0.25)
    demand: np.ndarray = np.exp(found)
    return demand


def _path(random: np.random.Generator, level: float, growth: float, sigma: float | None = None) -> np.ndarray:
    months = np.arange(MONTHS)
    wave = random.uniform(0.05, 0.25) * np.sin(2 * np.pi * (months / 12 + random.random()))
    noise, width = np.zeros(MONTHS), random.uniform(0.1, 0.25)
    width = width if sigma is None else sigma
    for place in range(MONTHS):
        noise[place] = 0.35 * (noise[place - 1] if place else 0.0) + random.normal(0, width)
    found: np.ndarray = level * np.exp(growth * months / 12 + wave + noise)
    odd = random.random(MONTHS) < 0.02
    found[odd] *= random.choice([0.3, 3.0], odd.sum())
    return found


def _unreported(random: np.random.Generator, values: np.ndarray) -> np.ndarray:
    found = values.copy()
    found[random.random(MONTHS) < 0.03] = np.nan
    return found


def _series(label: str, values: np.ndarray) -> Series:
    return Series(label, START, values)
