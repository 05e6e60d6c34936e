"""What is learned of the inputs, from the rows to train on alone."""

import numpy as np

from churn_spark.model_card import CardFeature
from churn_spark.models.preparation import Clip, filled, scaled

SONGS = CardFeature(name="songs", description="Songs", minimum=0, maximum=None)
PLAN = CardFeature(name="plan", description="Plan", type="category", minimum=None, maximum=None, levels=("a", "b", "c"))
NAN = np.nan
TRAIN = np.array([[1.0, 1.0], [3.0, 1.0], [5.0, 0.0], [NAN, NAN]])


def test_unknown_values_are_filled_and_marked() -> None:
    rows = filled([SONGS, PLAN]).fit(TRAIN).transform(np.array([[9.0, 2.0], [NAN, NAN]]))
    np.testing.assert_array_equal(rows, [[9, 0, 2, 0], [3, 1, 1, 1]])


def test_a_category_becomes_a_column_for_each_level() -> None:
    rows = scaled([PLAN]).fit(TRAIN[:, [1]]).transform(np.array([[0.0], [2.0], [NAN]]))
    np.testing.assert_array_equal(rows, [[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 1]])


def test_values_beyond_those_of_training_do_not_pull() -> None:
    preparation = scaled([SONGS]).fit(TRAIN[:, [0]])
    far, highest = preparation.transform(np.array([[1e9], [5.0]]))
    np.testing.assert_array_equal(far, highest)


def test_a_column_without_a_value_is_kept() -> None:
    rows = Clip().fit_transform(np.array([[NAN, 1.0], [NAN, 2.0]]))
    assert rows.shape == (2, 2)
    assert np.isfinite(scaled([SONGS]).fit_transform(np.full((3, 1), NAN))).all()
