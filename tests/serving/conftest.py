"""A small real model, exported as a job would."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xgboost

from churn_spark.export.contract import Contract
from churn_spark.export.folder import export_model
from churn_spark.model_card import XGBOOST
from churn_spark.models.model import Model


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained on 200 random rows with nulls, stopped early; three features."""
    random = np.random.default_rng(7)
    names = ["songs_7d", "error_rate_30d", "balance"]
    values = random.uniform(0, 1, (200, 3)) * [100, 1, 10] - [0, 0, 5]
    churned = values[:, 0] + random.normal(0, 20, 200) < 30
    values[random.random((200, 3)) < 0.2] = np.nan
    rows = pd.DataFrame(values, columns=names)
    booster = xgboost.train(
        {"objective": "binary:logistic", "eval_metric": "auc", "seed": 7, "nthread": 1},
        xgboost.DMatrix(rows[:150], churned[:150]),
        num_boost_round=100,
        evals=[(xgboost.DMatrix(rows[150:], churned[150:]), "validation")],
        early_stopping_rounds=3,
        verbose_eval=False,
    )
    contract = Contract.model_validate(
        {
            "model_name": "churn",
            "model_version": "3",
            "trained_at": datetime(2026, 1, 1, tzinfo=UTC),
            "label_version": "churn_def_v1",
            "horizon_days": 14,
            "gap_days": 0,
            "feature_version": "1",
            "threshold": 0.25,
            "risk_levels": [
                {"level": "CRITICAL", "above": 0.8},
                {"level": "HIGH", "above": 0.6},
                {"level": "MEDIUM", "above": 0.4},
                {"level": "LOW", "above": None},
            ],
            "features": [
                {"name": "songs_7d", "description": "Songs in 7 days", "minimum": 0, "maximum": None},
                {"name": "error_rate_30d", "description": "Errors per event", "minimum": 0, "maximum": 1},
                {"name": "balance", "description": "Thumbs up less down", "minimum": None, "maximum": None},
            ],
            "metrics": {"roc_auc": 0.8},
        }
    )
    rows.insert(0, "user_id", [f"u{row}" for row in range(200)])
    return export_model(
        Model(XGBOOST, contract.features, booster), contract, rows, tmp_path_factory.mktemp("export") / "model"
    )
