"""A champion goes on as long as its features mean what it learned."""

from datetime import UTC, datetime

import pytest
import xgboost

from churn_spark.errors import DataRefused
from churn_spark.model_card import CardFeature, ModelCard
from churn_spark.models.model import Model
from churn_spark.scoring.pinning import refuse_other_meanings
from churn_spark.training.registry import Champion


def champion(learned: str) -> Champion:
    card = ModelCard(
        trained_at=datetime(2026, 1, 1, tzinfo=UTC), label_version="churn_def_v1", gap_days=0, horizon_days=14,
        feature_version=learned, threshold=0.5, metrics={},
        features=(CardFeature(name="songs", description="Songs", minimum=0, maximum=None),),
    )  # fmt: skip
    return Champion(Model("xgboost", card.features, xgboost.Booster()), "churn", "3", card)


@pytest.mark.parametrize(
    ("learned", "built", "since"),
    [("v1.1", "v1.1", "v1.0"), ("v1.1", "v1.2", "v1.0"), ("v1.2", "v1.1", "v1.1"), ("v1.1", "v1.1", "v1.2"),
     ("v1.2", "v9.9", "v1.2")],
)  # fmt: skip
def test_the_same_meaning_is_scored(learned: str, built: str, since: str) -> None:
    refuse_other_meanings(champion(learned), {"songs": since}, {"songs": built})


@pytest.mark.parametrize(("learned", "built"), [("v1.1", "v1.2"), ("v1.2", "v1.1"), ("v1.0", "v9.9")])
def test_another_meaning_is_refused(learned: str, built: str) -> None:
    with pytest.raises(DataRefused, match=f"learned songs from features {learned}, but its table was built by {built}"):
        refuse_other_meanings(champion(learned), {"songs": "v1.2"}, {"songs": built})


def test_a_feature_that_no_table_has_is_refused() -> None:
    with pytest.raises(DataRefused, match="churn version 3 takes songs, which no feature table has"):
        refuse_other_meanings(champion("v1.1"), {"songs": "v1.0"}, {})
