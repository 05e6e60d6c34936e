"""What drives the scores, in words."""

import numpy as np
import pytest

from churn_spark.evaluation.explanation import MOST_POINTS, Explained, dependence, examples, strongest
from churn_spark.evaluation.words import in_words, named_values, number, percent, value_in_words
from churn_spark.model_card import CardFeature
from tests.evaluation.runs import FEATURES, customers

HOLDOUT, PROBABILITIES, CONTRIBUTIONS = customers(800)
EXPLAINED = Explained(HOLDOUT.rows, PROBABILITIES, CONTRIBUTIONS)


def feature(description: str) -> CardFeature:
    return CardFeature(name="name", description=description, minimum=None, maximum=None)


def test_the_strongest_features_come_first_and_the_bias_is_none() -> None:
    table = strongest(EXPLAINED, FEATURES, count=4)
    assert table["feature"].tolist() == ["sessions_7d", "open_tickets", "account_age_days", "level"]
    assert table["mean_contribution"].iloc[0] == pytest.approx(np.abs(CONTRIBUTIONS[:, 0]).mean())


def test_the_direction_tells_what_more_means() -> None:
    directions = strongest(EXPLAINED, FEATURES, count=4).set_index("feature")["direction"].to_dict()
    assert directions == {
        "sessions_7d": "more means less risk",
        "open_tickets": "more means more risk",
        "account_age_days": "more means less risk",
        "level": "depends on the value",
    }


def test_dependence_shows_some_customers_with_a_known_value() -> None:
    points = dependence(EXPLAINED, place=1)
    assert len(points) == MOST_POINTS
    assert points["value"].is_monotonic_increasing
    assert points["contribution"].to_numpy() == pytest.approx(-0.002 * (points["value"].to_numpy() - 400))


def test_dependence_of_a_feature_that_is_never_known_is_empty() -> None:
    unknown = EXPLAINED._replace(rows=np.full_like(HOLDOUT.rows, np.nan))
    assert dependence(unknown, place=1).empty


def test_the_examples_are_the_highest_the_closest_to_the_threshold_and_the_lowest() -> None:
    highest, closest, lowest = examples(EXPLAINED, FEATURES, threshold=0.3)
    assert (highest.probability, lowest.probability) == (PROBABILITIES.max(), PROBABILITIES.min())
    assert closest.probability == pytest.approx(0.3, abs=0.02)
    assert lowest.factors[0].subject == "Sessions begun, last 7 days"


@pytest.mark.parametrize(
    ("description", "subject"),
    [
        ("Sessions begun (sessions); last 7 days", "Sessions begun, last 7 days"),
        ("1 if the newest known level is paid, 0 if it is free (yes or no); null where no event tells a level",
         "The newest known level is paid"),
        ("Error pages, each times 0.5 ** (days before `as_of` / 7) (pages)",
         "Error pages lately (those of 7 days ago count half)"),
        ("Contract: 0 monthly, 1 up to a year, 2 longer (rank)", "Contract"),
        ("any other text", "any other text"),
    ],
)  # fmt: skip
def test_a_description_becomes_plain_words(description: str, subject: str) -> None:
    assert in_words(feature(description)).subject == subject


@pytest.mark.parametrize(
    ("description", "value", "words"),
    [
        ("Sessions begun (sessions); last 7 days", 2, "2"),
        ("Mean length of the sessions (minutes)", 12.345, "12.3 minutes"),
        ("Songs again (share of songs)", 0.25, "25 %"),
        ("1 if at the age of retirement (yes or no)", 1, "yes"),
        ("Contract: 0 monthly, 1 up to a year, 2 longer (rank)", 1, "up to a year"),
        ("Days since registration (days)", np.nan, "unknown"),
    ],
)
def test_a_value_becomes_plain_words(description: str, value: float, words: str) -> None:
    assert value_in_words(feature(description), value) == words


def test_a_number_without_names_has_none() -> None:
    assert named_values(feature("Fifth of the customers by recency: 5 was active last (fifth)")) == ()


def test_figures_are_short() -> None:
    assert [number(value) for value in (12345.6, 0.1234, 3.0)] == ["12,346", "0.123", "3"]
    assert [percent(share) for share in (0.641, 0.0123, 0.0)] == ["64 %", "1.2 %", "0 %"]
