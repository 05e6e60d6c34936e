"""Folds keep the time and the customers that are tested on away from the rows to learn from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_spark.errors import DataRefused
from churn_spark.tuning.folds import Places, folds

WEEK = 7


def places(customers: int = 40, weeks: int = 8, days_ahead: int = 14) -> Places:
    """One row per customer and week from day 0 on."""
    number = np.repeat(np.arange(customers), weeks)
    return Places(np.tile(np.arange(weeks) * WEEK, customers), number, number * 3_719 % 10_000, days_ahead)


def churned(rows: Places) -> np.ndarray:
    """Every other customer, whatever the week."""
    return (rows.customers % 2).astype(float)


def test_rolling_folds_test_on_each_of_the_newest_days_by_what_was_known_before() -> None:
    rows = places()
    made = folds("rolling", rows, churned(rows), 5, 0.25)
    assert [fold.name for fold in made] == ["1970-01-22", "1970-01-29", "1970-02-05", "1970-02-12", "1970-02-19"]
    newest = made[-1]
    assert set(rows.days[newest.train]) == {0, 7, 14, 21, 28, 35}
    assert set(rows.days[newest.test]) == {49}


def test_windows_learn_once_and_test_on_several_days() -> None:
    rows = places()
    made = folds("windows", rows, churned(rows), 3, 0.25)
    assert [int(rows.days[fold.test][0]) for fold in made] == [35, 42, 49]
    assert {tuple(np.flatnonzero(fold.train)) for fold in made} == {tuple(np.flatnonzero(made[0].train))}
    assert rows.days[made[0].train].max() == 21


def test_logs_of_few_weeks_give_fewer_folds_or_a_word() -> None:
    rows = places(weeks=4)
    assert len(folds("rolling", rows, churned(rows), 5, 0.25)) == 2
    with pytest.raises(DataRefused, match=r"tuning\.protocol: rolling needs rows that lie 14 days before others"):
        folds("rolling", places(weeks=2), churned(places(weeks=2)), 5, 0.25)


@given(st.integers(1, 60), st.integers(3, 10), st.integers(7, 30), st.integers(2, 6))
def test_no_label_reaches_into_the_time_that_is_tested_on(customers: int, weeks: int, ahead: int, number: int) -> None:
    rows = places(customers, weeks, ahead)
    for protocol in ("rolling", "windows"):
        try:
            made = folds(protocol, rows, churned(rows), number, 0.3)
        except DataRefused:
            continue
        for fold in made:
            assert (rows.days[fold.train | fold.validation] + ahead <= rows.days[fold.test].min()).all()
            assert not set(rows.customers[fold.train]) & set(rows.customers[fold.validation])


@given(st.integers(20, 80), st.integers(2, 6))
def test_a_customer_is_never_on_both_sides(customers: int, number: int) -> None:
    rows = places(customers)
    for protocol in ("grouped", "retrospective"):
        tested = np.zeros(len(rows.days), dtype=int)
        try:
            made = folds(protocol, rows, churned(rows), number, 0.3)
        except DataRefused:
            continue
        for fold in made:
            sides = [set(rows.customers[side]) for side in (fold.train, fold.validation, fold.test)]
            assert not sides[0] & sides[1] and not (sides[0] | sides[1]) & sides[2]
            tested += fold.test
        assert tested.max() <= 1


def test_the_retrospective_protocol_takes_the_last_row_of_a_customer() -> None:
    rows = places()
    for fold in folds("retrospective", rows, churned(rows), 4, 0.3):
        assert set(rows.days[fold.train | fold.validation | fold.test]) == {49}
