"""Whether a customer cancels, downgrades or upgrades on a day."""

from typing import NamedTuple

import numpy as np

from churn_spark.simulate import parameters as p

STAY, CANCEL, DOWNGRADE, UPGRADE = range(4)


class Day(NamedTuple):
    """The users' state at the start of a day, and their decisions on it; one entry per user of the block."""

    customer: np.ndarray
    satisfaction: np.ndarray
    paid: np.ndarray
    cancel_hazard: np.ndarray  # probability of cancelling on this day
    downgrade_hazard: np.ndarray
    decision: np.ndarray  # STAY, CANCEL, DOWNGRADE or UPGRADE


def decide(
    rng: np.random.Generator, customer: np.ndarray, satisfaction: np.ndarray, paid: np.ndarray, drifted: bool = False
) -> Day:
    """Draw the decisions of a day.

    At satisfaction s a customer cancels with probability CANCEL_RATE * exp(CANCEL_SLOPE * s). Downgrades and upgrades
    follow the same formula. No probability exceeds HIGHEST_RATE. After a drift of the concept, satisfied customers
    cancel instead: somebody else offers the same.
    """
    rate, slope = (p.DRIFTED_RATE, p.DRIFTED_SLOPE) if drifted else (p.CANCEL_RATE, p.CANCEL_SLOPE)
    cancel = _hazard(rate, slope, satisfaction) * customer
    downgrade = _hazard(p.DOWNGRADE_RATE, p.DOWNGRADE_SLOPE, satisfaction) * (customer & paid)
    upgrade = _hazard(p.UPGRADE_RATE, p.UPGRADE_SLOPE, satisfaction) * (customer & ~paid)
    below = rng.random(len(customer)) < np.cumsum([cancel, downgrade, upgrade], axis=0)
    decision = np.select(list(below), [CANCEL, DOWNGRADE, UPGRADE], STAY)
    return Day(customer, satisfaction, paid, cancel, downgrade, decision)


def _hazard(rate: float, slope: float, satisfaction: np.ndarray) -> np.ndarray:
    return np.minimum(rate * np.exp(slope * satisfaction), p.HIGHEST_RATE)
