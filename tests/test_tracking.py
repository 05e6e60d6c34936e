"""MLflow's store beside the lake: a lake that is moved or copied goes on with its own artifacts."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import xgboost

from churn_spark.model_card import CardFeature, ModelCard
from churn_spark.models.model import Model
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from churn_spark.tracking import open_store
from churn_spark.training.registry import CHAMPION, load_champion, register, set_alias
from tests.lakes import LOCAL

pytestmark = pytest.mark.usefixtures("mlflow_as_before")
CARD = ModelCard(
    trained_at=datetime(2026, 3, 2, tzinfo=UTC),
    label_version="churn_def_v1",
    gap_days=0,
    horizon_days=14,
    feature_version="v1.2",
    threshold=0.5,
    features=(CardFeature(name="songs_7d", description="Songs", minimum=0, maximum=None),),
    metrics={"roc_auc": 0.9},
)


def train_at(root: Path) -> Settings:
    """A tiny model, trained, logged and made champion of the lake at this place."""
    settings = load_settings(LOCAL, [f"lake.root={root}"])
    open_store(settings)
    rows = xgboost.DMatrix(np.arange(40.0).reshape(40, 1), label=np.arange(40) > 20, feature_names=["songs_7d"])
    booster = xgboost.train({"objective": "binary:logistic"}, rows, num_boost_round=2)
    set_alias(CHAMPION, register(Model("xgboost", CARD.features, booster), CARD, "a mark", [], {}, settings), settings)
    return settings


def champion_at(root: Path) -> tuple[str, ModelCard]:
    settings = load_settings(LOCAL, [f"lake.root={root}"])
    open_store(settings)
    champion = load_champion(settings)
    return champion.version, champion.card


def files(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def test_a_lake_that_was_moved_finds_its_champion(tmp_path: Path) -> None:
    train_at(tmp_path / "old lake")
    (tmp_path / "old lake").rename(tmp_path / "new")
    assert champion_at(tmp_path / "new") == ("1", CARD)
    train_at(tmp_path / "new")
    assert champion_at(tmp_path / "new") == ("2", CARD)
    assert not (tmp_path / "old lake").exists()


def test_a_copy_beside_the_lake_leaves_the_lake_alone(tmp_path: Path) -> None:
    train_at(tmp_path / "lake")
    before = files(tmp_path / "lake")
    shutil.copytree(tmp_path / "lake", tmp_path / "lake_copy")
    train_at(tmp_path / "lake_copy")
    assert files(tmp_path / "lake") == before
    shutil.rmtree(tmp_path / "lake")
    assert champion_at(tmp_path / "lake_copy") == ("2", CARD)
