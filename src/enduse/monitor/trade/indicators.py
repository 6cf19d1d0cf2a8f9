"""Signs of diversion in monthly trade between countries, each with its method, its evidence and its false-alarm rate.

- ``surge``: exports to a hub step up after the control began, beside exports of the same goods to everybody else.
- ``mirror_gap``: exports that left for a hub and imports that the hub reports drift apart after the control began.
- ``transhipment``: exports to the hub step up, the hub's own exports to the restricted destination step up, while
  direct exports to that destination stepped down.

Every step is the coefficient of "since the control" in a regression of a log ratio on a trend and a yearly wave,
weighted by Huber's M-estimate against outliers (Huber 1964) and judged with standard errors that allow for
autocorrelation (Newey and West 1987), both by statsmodels. Steps are added up by Stouffer's method (scipy). The levels
from which an indicator speaks were set on simulated flows without diversion (``benchmarks/trade.py``) so that it is
wrong of one hub in twenty; ``levels.yaml`` holds them with what was measured.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Any

import numpy as np

from enduse.formats.plain_yaml import load_yaml
from enduse.model.errors import OperationFailed
from enduse.monitor.trade.series import Series, Values

LEAST_BEFORE, LEAST_AFTER = 24, 6
"""Known months before and after the control without which nothing is said."""
CIF = 1.06
"""Imports c.i.f. over exports f.o.b. (IMF, Direction of Trade Statistics Yearbook 2017)."""
_LAGS = 3
_NOTHING = 1e-9


class Kind(StrEnum):
    """The indicators."""

    SURGE = "surge"
    MIRROR_GAP = "mirror_gap"
    TRANSHIPMENT = "transhipment"


@dataclass(frozen=True, slots=True)
class Step:
    """A step in a log ratio at the control date.

    Attributes:
        change: the factor by which the ratio changed (2.0: doubled).
        z: the step in standard errors.
        before: known months before; ``after`` likewise.
    """

    what: str
    change: float
    z: float
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Signal:
    """What an indicator says of a hub.

    Attributes:
        score: on the scale of the level; None where the series are too short or missing.
        level: from which on it speaks.
        false_alarms: share of hubs without diversion of which it speaks, in the simulation.
        evidence: the steps that it rests on.
        silent: why it says nothing.
    """

    kind: Kind
    hub: str
    score: float | None
    level: float
    false_alarms: float
    evidence: tuple[Step, ...] = ()
    silent: str = ""

    @property
    def speaks(self) -> bool:
        """Whether the score reaches the level."""
        return self.score is not None and self.score >= self.level


@dataclass(frozen=True, slots=True)
class Level:
    """The level of an indicator and its false-alarm rate, as measured."""

    level: float
    false_alarms: float


@functools.cache
def levels() -> Mapping[Kind, Level]:
    """The shipped levels."""
    raw: Any = load_yaml((resources.files("enduse.monitor.trade") / "levels.yaml").read_bytes(), name="levels.yaml")
    return {
        Kind(kind): Level(float(one["level"]), float(one["false_alarms"])) for kind, one in raw["indicators"].items()
    }


@dataclass(frozen=True, slots=True)
class Flows:
    """The series that concern a hub; those that nobody reports are None.

    Attributes:
        to_hub: exports of the origins to the hub, as they report them.
        to_others: their exports of the same goods to everybody else but the restricted destinations and the hubs asked.
        direct: their exports to the restricted destinations.
        arrived: imports from the origins that the hub reports.
        onward: exports and re-exports of the hub to the restricted destinations, as it reports them, else as they
            report imports from it.
    """

    hub: str
    to_hub: Series | None
    to_others: Series | None
    direct: Series | None = None
    arrived: Series | None = None
    onward: Series | None = None


def step(what: str, series: Series | None, beside: Series | None, control: int) -> Step | str:
    """The step of a series at the control date, beside another one.

    Args:
        beside: what it is measured against; the step of the series itself when None.
        control: number of the first month of the control.

    Returns:
        The step, or why there is none.
    """
    if series is None:
        return f"{what}: nobody reports it"
    if series.yearly:
        return f"{what}: whole years allow no judgement"
    values = series.values.copy()
    if beside is not None:
        other = np.full(len(values), np.nan)
        for place, month in enumerate(series.months):
            if month in beside.months:
                other[place] = beside.values[month - beside.first]
        values = _log(values, control - series.first) - _log(other, control - series.first)
    else:
        values = _log(values, control - series.first)
    months = np.asarray(series.months)
    known = ~np.isnan(values)
    before, after = int((known & (months < control)).sum()), int((known & (months >= control)).sum())
    if before < LEAST_BEFORE or after < LEAST_AFTER:
        return (
            f"{what}: too short: {before} months before and {after} after the control, "
            f"{LEAST_BEFORE} and {LEAST_AFTER} are needed"
        )
    if np.ptp(values[known]) < _NOTHING:
        return f"{what}: it does not vary"
    coefficient, error = _fit(values[known], months[known], control)
    if not error > _NOTHING:
        return f"{what}: it varies with trend and season alone"
    return Step(what, float(np.exp(coefficient)), float(coefficient / error), before, after)


def _log(values: Values, start: int) -> Values:
    """Logarithms; a month without trade counts as a twentieth of the usual month before the control."""
    usual = np.nanmedian(values[: max(start, 1)]) if np.any(~np.isnan(values[: max(start, 1)])) else np.nan
    if not usual > 0:
        positive = values[values > 0]
        usual = float(np.median(positive)) if len(positive) else np.nan
    found: Values = np.log(values + usual / 20)
    return found


def _fit(values: Values, months: np.ndarray[Any, Any], control: int) -> tuple[float, float]:
    """The coefficient of "since the control" and its standard error."""
    models = _statsmodels()
    angle = 2 * np.pi * (months % 12) / 12
    trend = (months - months.mean()) / 12
    design = np.column_stack([np.ones(len(months)), months >= control, trend, np.sin(angle), np.cos(angle)]).astype(
        np.float64
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a series without noise: the caller says that it does not vary
        weights = models.RLM(values, design, M=models.robust.norms.HuberT()).fit(maxiter=15, tol=1e-4).weights
        found = models.WLS(values, design, weights=np.maximum(weights, 1e-3)).fit(
            cov_type="HAC", cov_kwds={"maxlags": _LAGS, "use_correction": True}
        )
    return float(found.params[1]), float(found.bse[1])


@functools.cache
def _statsmodels() -> Any:
    try:
        import statsmodels.api  # optional and heavy: the extra `trade`
    except ImportError:
        remedy = "pip install 'enduse[trade]'"
        raise OperationFailed("trade series cannot be judged: statsmodels is not installed", remedy=remedy) from None
    return statsmodels.api


def direct_step(flows: Flows, control: int) -> Step | str:
    """The step of the direct exports to the restricted destinations; the same for every hub."""
    return step("direct exports to the restricted destinations", flows.direct, flows.to_others, control)


def signals(flows: Flows, control: int, direct: Step | str = "") -> tuple[Signal, ...]:
    """What every indicator says of a hub.

    Args:
        direct: what :func:`direct_step` says, where it has been asked already.
    """
    beside = ", beside those to everybody else" if flows.to_others is not None else ", alone: nobody else is reported"
    surge = step(f"exports to the hub{beside}", flows.to_hub, flows.to_others, control)
    gap: Step | str = "imports that the hub reports: nobody reports it"
    if flows.arrived is not None:
        gap = step("exports to the hub, beside the imports that it reports", flows.to_hub, _fob(flows.arrived), control)
    onward = step("exports of the hub to the restricted destinations", flows.onward, None, control)
    return (
        _signal(Kind.SURGE, flows.hub, [surge]),
        _signal(Kind.MIRROR_GAP, flows.hub, [gap]),
        _transhipment(flows.hub, surge, onward, direct or direct_step(flows, control)),
    )


def _fob(arrived: Series) -> Series:
    """Imports without freight and insurance."""
    return Series(arrived.label, arrived.first, arrived.values / CIF, arrived.yearly)


def _signal(kind: Kind, hub: str, found: Sequence[Step | str]) -> Signal:
    level = levels()[kind]
    silent = "; ".join(one for one in found if isinstance(one, str))
    steps = tuple(one for one in found if isinstance(one, Step))
    score = None if silent else combined([one.z for one in steps])
    return Signal(kind, hub, score, level.level, level.false_alarms, steps, silent)


def _transhipment(hub: str, surge: Step | str, onward: Step | str, direct: Step | str) -> Signal:
    found = _signal(Kind.TRANSHIPMENT, hub, [surge, onward])
    level = levels()[Kind.TRANSHIPMENT]
    if isinstance(direct, str):
        return Signal(Kind.TRANSHIPMENT, hub, None, level.level, level.false_alarms, found.evidence, direct)
    if direct.change >= 1 and found.score is not None:
        silent = "direct exports to the restricted destinations did not fall"
        return Signal(Kind.TRANSHIPMENT, hub, None, level.level, level.false_alarms, (*found.evidence, direct), silent)
    evidence = (*found.evidence, direct)
    return Signal(found.kind, hub, found.score, found.level, found.false_alarms, evidence, found.silent)


def combined(scores: Sequence[float]) -> float:
    """Independent scores in standard errors added up by Stouffer's method, in standard errors."""
    if len(scores) == 1:
        return scores[0]
    from scipy.stats import combine_pvalues, norm  # with statsmodels

    clipped = np.clip(scores, -8, 8)
    found = combine_pvalues(norm.sf(clipped), method="stouffer")
    return float(found.statistic)
