"""Contributions of features: they add up, belong to the right feature, and tell of nobody."""

import numpy as np
import pytest

from churn_spark.errors import DataRefused
from churn_spark.model_card import CardFeature
from churn_spark.models.calibration import log_odds
from churn_spark.models.candidate import Rows
from churn_spark.models.candidates import CANDIDATES, fit_model
from churn_spark.models.explanation import SMALLEST_GROUP, background, contributions, explainable, is_exact
from churn_spark.models.model import Model
from tests.models.test_candidates import FEATURES, fitted, labelled, unseen

SONGS, PLAN = FEATURES[1:]


@pytest.mark.parametrize("kind", CANDIDATES)
def test_contributions_and_bias_add_up_to_the_log_odds(kind: str) -> None:
    model = explainable(fitted(kind), labelled(1).rows, 7)
    rows = unseen(labelled(3, 20).rows)
    explained = contributions(model, rows)
    assert explained.contributions.shape == rows.shape
    total = explained.contributions.sum(axis=1) + explained.bias
    np.testing.assert_allclose(total, log_odds(model.probabilities(rows)), atol=1e-4)


@pytest.mark.parametrize("kind", ["logistic_regression", "gradient_boosting", "xgboost", "ensemble"])
def test_what_churns_is_what_contributes(kind: str) -> None:
    model = explainable(fitted(kind), labelled(1).rows, 7)
    silent, paying = contributions(model, np.array([[25.0, 50.0, 0.0], [5.0, 50.0, 2.0]])).contributions
    assert silent.argmax() == 0
    assert paying[2] > 0


def test_a_linear_model_tells_the_features_of_its_columns() -> None:
    train = labelled(1)
    model = fit_model("logistic_regression", train, train, FEATURES, {"C": 1.0}, 7)
    explained = contributions(model, train.rows).contributions
    np.testing.assert_allclose(explained.mean(axis=0), 0, atol=1e-9)  # less the mean over the rows to train on
    row = np.array([[5.0, 50.0, 0.0]])
    other = np.array([[5.0, 50.0, 1.0]])
    moved = contributions(model, other).contributions - contributions(model, row).contributions
    assert moved[0, 2] != 0
    np.testing.assert_array_equal(moved[0, :2], 0)


class Product:
    """The log odds are the product of the inputs."""

    def predict_proba(self, rows: Rows) -> Rows:
        """Probabilities [N, 2]."""
        churn = 1 / (1 + np.exp(-rows.prod(axis=1)))
        return np.column_stack([1 - churn, churn])


def test_sampled_contributions_are_means_over_orders() -> None:
    """From (1, 2) to (3, 4) the product rises from 2 to 12: a adds 4 if it goes first, else 8."""
    a, b = (SONGS.model_copy(update={"name": name}) for name in "ab")
    model = Model("product", (a, b), Product(), background=np.array([[1.0, 2.0], [1.0, 2.0]]))
    explained = contributions(model, np.array([[3.0, 4.0]]))
    np.testing.assert_allclose(explained.contributions, [[6, 4]], atol=1e-9)
    assert explained.bias == pytest.approx(2)


def test_contributions_that_do_not_add_up_are_refused() -> None:
    class Moody(Product):
        """Gives another answer each time."""

        calls = 0

        def predict_proba(self, rows: Rows) -> Rows:
            """Probabilities [N, 2]."""
            Moody.calls += 1
            return super().predict_proba(rows + Moody.calls)

    model = Model("moody", (SONGS,), Moody(), background=np.zeros((2, 1)))
    with pytest.raises(DataRefused, match="miss the log odds by up to"):
        contributions(model, np.array([[1.0]]))


def test_a_model_of_a_release_without_background_is_refused() -> None:
    with pytest.raises(DataRefused, match=r"this perceptron has no background.*run jobs/train\.py"):
        contributions(fitted("perceptron"), labelled(3).rows)


def test_only_sampled_kinds_have_a_background() -> None:
    for kind in CANDIDATES:
        model = explainable(fitted(kind), labelled(1).rows, 7)
        assert (model.background is None) == is_exact(model)
        assert is_exact(model) == (kind in {"baseline", "logistic_regression", "xgboost"})


def test_a_background_holds_nobodys_row() -> None:
    rows = labelled(1).rows
    middles = background(rows, FEATURES, 7)
    assert 2 <= len(middles) <= 20
    apart = np.abs(rows[:, None, :2] - middles[None, :, :2]).sum(axis=2)
    assert np.nanmin(apart) > 0


def test_a_middle_is_the_mean_the_most_frequent_level_or_unknown() -> None:
    never = CardFeature(name="never", description="Never known", minimum=None, maximum=None)
    rows = np.array([[place, float(place > 2), np.nan] for place in range(SMALLEST_GROUP)])
    [middle] = background(rows, [SONGS, PLAN, never], 7)
    np.testing.assert_array_equal(middle, [4.5, 1, np.nan])
