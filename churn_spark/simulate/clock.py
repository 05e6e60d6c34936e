"""Simulated time: within a block in ms since the first midnight, UTC; outside of it in ms since epoch."""

import numpy as np
import pyarrow as pa

from churn_spark.clock import MS_PER_DAY, MS_PER_HOUR
from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate.parameters import HOUR_WEIGHTS


def epoch_ms(settings: SimulateSettings) -> int:
    """The first midnight, ms since epoch."""
    return int(np.datetime64(settings.start, "ms").astype(np.int64))


def end_ms(settings: SimulateSettings) -> int:
    """The midnight after the last day, in ms since the first midnight."""
    return settings.days * MS_PER_DAY


def dates(settings: SimulateSettings, days: np.ndarray) -> np.ndarray:
    """The dates of days that are counted from 0."""
    return np.datetime64(settings.start, "D") + days


def times(settings: SimulateSettings, ms: np.ndarray, unknown: np.ndarray | None = None) -> pa.Array:
    """The points in time of ms since the first midnight; null where `unknown`."""
    return pa.array((epoch_ms(settings) + ms) * 1000, pa.timestamp("us", tz="UTC"), mask=unknown)


def draw_time_of_day(rng: np.random.Generator, n: int) -> np.ndarray:
    """Ms since midnight at which sessions start; evenings are busier."""
    weights = np.array(HOUR_WEIGHTS) / sum(HOUR_WEIGHTS)
    return rng.choice(len(weights), n, p=weights) * MS_PER_HOUR + rng.integers(MS_PER_HOUR, size=n)
