"""Challengers, champions and rollbacks in a real registry, each move on record."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
import xgboost
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused
from churn_spark.lake import Lake
from churn_spark.model_card import CardFeature, ModelCard
from churn_spark.models.model import Model
from churn_spark.promotion import stage
from churn_spark.promotion.stage import first_champion, promote, promote_if_better
from churn_spark.promotion.tables import PROMOTIONS
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from churn_spark.tracking import open_store
from churn_spark.training.registry import CHALLENGER, CHAMPION, PREVIOUS, register, set_alias, version_of
from churn_spark.training.tables import TRAINING_SET
from tests.lakes import LOCAL

pytestmark = pytest.mark.usefixtures("mlflow_as_before")
CUSTOMERS = 400
POOR, GOOD, GONE = "1", "2", "3"  # versions: two that look at one feature each, one whose feature no table has
LOOKS_AT = {POOR: "sessions_7d", GOOD: "songs_7d", GONE: "gone"}


@pytest.fixture(scope="module")
def trained(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with the three versions, and a training set whose churn follows songs_7d and somewhat sessions_7d."""
    root = tmp_path_factory.mktemp("trained") / "lake"
    settings = load_settings(LOCAL, [f"lake.root={root}"])
    song, session = (F.pmod(F.xxhash64("id", F.lit(seed)), F.lit(100)).cast("double") for seed in (1, 2))
    rows = spark.range(CUSTOMERS).select(
        F.col("id").cast("string").alias("user_id"),
        F.lit(datetime(2026, 3, 2, tzinfo=UTC)).alias("as_of"),
        F.lit("churn_def_v1").alias("label_version"),
        (song + session / 4 < 40).alias("churned"),
        F.lit("holdout").alias("split"),
        song.alias("songs_7d"),
        session.alias("sessions_7d"),
    )
    Lake(spark, settings.lake).replace(TRAINING_SET, rows)
    open_store(settings)
    values = np.random.default_rng(1).uniform(0, 100, (500, 1))
    for version, feature in LOOKS_AT.items():
        matrix = xgboost.DMatrix(values, label=values[:, 0] < 30, feature_names=[feature])
        booster = xgboost.train({"objective": "binary:logistic", "max_depth": 3}, matrix, num_boost_round=10)
        card = ModelCard(
            trained_at=datetime(2026, 3, 2, tzinfo=UTC), label_version="churn_def_v1", gap_days=0, horizon_days=14,
            feature_version="v1.3", threshold=0.5, metrics={},
            features=(CardFeature(name=feature, description="", minimum=None, maximum=None),),
        )  # fmt: skip
        assert register(Model("xgboost", card.features, booster), card, "a mark", [], {}, settings) == version
    return root


@pytest.fixture
def here(trained: Path, settings: Settings) -> Settings:
    """A copy of the lake, whose champion is POOR and whose challenger is GOOD."""
    shutil.copytree(trained, settings.lake.root)
    open_store(settings)
    set_alias(CHALLENGER, GOOD, settings)
    return settings


def told(settings: Settings, **changes: object) -> Settings:
    """The settings as the job's options change them."""
    return settings.model_copy(update={"promotion": settings.promotion.model_copy(update=changes)})


def aliases(settings: Settings) -> tuple[str | None, str | None]:
    return version_of(CHAMPION, settings), version_of(PREVIOUS, settings)


def moves(lake: Lake) -> list[tuple[str, str, str | None]]:
    rows = lake.read(PROMOTIONS).orderBy("number").collect()
    return [(row["action"], row["version"], row["previous_version"]) for row in rows]


def start(lake: Lake, settings: Settings, champion: str = POOR) -> None:
    set_alias(CHALLENGER, champion, settings)
    assert first_champion(lake, settings) == {"champion version": int(champion)}
    set_alias(CHALLENGER, GOOD if champion != GOOD else POOR, settings)


def test_a_better_challenger_is_promoted_and_rolled_back(lake: Lake, here: Settings) -> None:
    start(lake, here)
    assert first_champion(lake, here) == {"champion version": 1}
    assert promote(lake, here) == {"champion version": 2}
    assert aliases(here) == (GOOD, POOR)
    assert promote(lake, told(here, rollback="wrong prices")) == {"champion version": 1}
    assert aliases(here)[0] == POOR
    with pytest.raises(DataRefused, match="version 2 was rolled back; train another one, or name it"):
        promote(lake, here)
    assert promote(lake, told(here, version=GOOD)) == {"champion version": 2}
    promoted = ("promoted", GOOD, POOR)
    assert moves(lake) == [("first", POOR, None), promoted, ("rolled_back", POOR, GOOD), promoted]


def test_a_challenger_that_is_not_better_stays_one(lake: Lake, here: Settings) -> None:
    start(lake, here, champion=GOOD)
    with pytest.raises(DataRefused, match=r"version 1 is not promoted: .*not surely better than the champion"):
        promote(lake, here)
    assert promote_if_better(lake, here) == {"champion version": 2}


def test_two_persons_must_approve_where_the_settings_say_so(lake: Lake, here: Settings) -> None:
    start(lake, here)
    with pytest.raises(DataRefused, match=r"1 more must approve it \(--approved-by"):
        promote(lake, told(here, approvals=2, approved_by="ann"))
    promote(lake, told(here, approvals=2, approved_by="bob, ann"))
    assert lake.read(PROMOTIONS).where("number = 2").first()["approved_by"] == ["ann", "bob"]


def test_of_two_promotions_at_once_one_wins_and_the_other_is_told(
    lake: Lake, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(lake, here)
    compared = stage._compared

    def let_the_other_go_first(*arguments: Any) -> object:
        monkeypatch.setattr(stage, "_compared", compared)
        promote(Lake(lake.spark, lake.settings), told(here, version=GOOD))
        return compared(*arguments)

    monkeypatch.setattr(stage, "_compared", let_the_other_go_first)
    with pytest.raises(DataRefused, match="another job made version 2 the champion meanwhile"):
        promote(lake, here)
    assert len(moves(lake)) == 2


def test_a_move_that_a_killed_job_entered_is_carried_out(
    lake: Lake, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(lake, here)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(stage, "_set_aliases", Mock(side_effect=KeyboardInterrupt))
        promote(lake, here)
    assert aliases(here)[0] == POOR
    assert promote(lake, here) == {"champion version": 2}
    assert aliases(here) == (GOOD, POOR)


def test_a_champion_of_an_earlier_release_is_the_first_one(lake: Lake, here: Settings) -> None:
    set_alias(CHAMPION, POOR, here)
    with pytest.raises(DataRefused, match="no earlier champion to go back to"):
        promote(lake, told(here, rollback="wrong prices"))
    assert moves(lake) == [("first", POOR, None)]


def test_a_champion_that_lacks_a_feature_does_not_hold_up_its_follower(lake: Lake, here: Settings) -> None:
    start(lake, here, champion=GONE)
    assert promote(lake, here) == {"champion version": 2}
    assert "cannot predict these rows" in lake.read(PROMOTIONS).where("number = 2").first()["reason"]
