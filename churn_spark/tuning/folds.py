"""Folds: which rows a candidate learns from, and on which it is tested; every candidate sees the same ones."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from churn_spark.errors import DataRefused
from churn_spark.settings.tuning import Protocol
from churn_spark.training.split import BUCKETS

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Places:
    """Where each row lies.

    - `days`: the day of its `as_of`, in days since 1970.
    - `customers`: a number for each customer.
    - `buckets`: that of the customer, below BUCKETS, as for the split.
    - `days_ahead`: how far labels look ahead, gap and horizon.
    """

    days: NDArray[np.int64]
    customers: NDArray[np.int64]
    buckets: NDArray[np.int64]
    days_ahead: int


@dataclass(frozen=True)
class Fold:
    """Masks of rows: to learn from, to stop early and choose the threshold by, and to test on."""

    name: str
    train: Mask
    validation: Mask
    test: Mask


def folds(
    protocol: Protocol, places: Places, churned: NDArray[np.float64], number: int, validation_share: float
) -> list[Fold]:
    """At most `number` folds of the protocol.

    - rolling: temporal cross-validation with a rolling origin. Each of the newest `as_of` is tested on once, by what
      was known before it.
    - windows: what was known before the first of the newest `as_of` is tested on each of these.
    - grouped: grouped k-fold. A customer is never on both sides, but training may lie later than the test.
    - retrospective: one row a customer, the last one, grouped. For comparison only: public notebooks do it.

    In rolling and windows, the horizon of every label to learn from ends before the `as_of` that is tested on.
    Validation rows are of other customers than the rows to learn from. A fold is left out if one of its parts has
    fewer than two churned rows or no others.

    Example: `as_of` is weekly, labels look 14 days ahead, and the newest `as_of` is 29 May. The newest rolling fold
    tests on 29 May and learns from rows as of 15 May and before, the fold before tests on 22 May.

    Raises DataRefused if the logs do not reach far enough for one fold.
    """
    made = {"rolling": _rolling, "windows": _windows, "grouped": _grouped, "retrospective": _retrospective}[protocol]
    chosen = [
        fold
        for fold in made(places, number, validation_share)
        if all(1 < churned[part].sum() < part.sum() for part in (fold.train, fold.validation, fold.test))
    ]
    if not chosen:
        raise DataRefused(
            f"tuning.protocol: {protocol} needs rows that lie {places.days_ahead} days before others; give longer "
            "logs, a shorter labels.horizon_days, or set it to grouped"
        )
    return chosen


def _rolling(places: Places, number: int, validation_share: float) -> Iterator[Fold]:
    for day in _newest(places, number):
        yield _before(places, day, day, validation_share)


def _windows(places: Places, number: int, validation_share: float) -> Iterator[Fold]:
    newest = _newest(places, number)
    for day in newest:
        yield _before(places, newest[0], day, validation_share)


def _newest(places: Places, number: int) -> list[int]:
    """The newest days that have rows to learn from before them."""
    days = np.unique(places.days)
    return [int(day) for day in days[days >= days[0] + places.days_ahead][-number:]]


def _before(places: Places, origin: int, tested: int, validation_share: float) -> Fold:
    known = places.days + places.days_ahead <= origin
    kept_out = places.buckets < int(validation_share * BUCKETS)
    name = str(np.datetime64(tested, "D"))
    return Fold(name, known & ~kept_out, known & kept_out, places.days == tested)


def _grouped(places: Places, number: int, validation_share: float) -> Iterator[Fold]:
    part = places.buckets * number // BUCKETS
    within = places.buckets * number % BUCKETS / BUCKETS  # evenly spread within each part
    for tested in range(number):
        others, kept_out = part != tested, within < validation_share
        yield Fold(f"part {tested + 1}", others & ~kept_out, others & kept_out, part == tested)


def _retrospective(places: Places, number: int, validation_share: float) -> Iterator[Fold]:
    order = np.lexsort((places.days, places.customers))
    customers = places.customers[order]
    last = np.zeros(len(order), dtype=bool)
    last[order[np.append(customers[1:] != customers[:-1], True)]] = True
    for fold in _grouped(places, number, validation_share):
        yield Fold(fold.name, fold.train & last, fold.validation & last, fold.test & last)
