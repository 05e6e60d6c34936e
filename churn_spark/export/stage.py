"""The stage that exports the champion."""

from collections.abc import Mapping
from pathlib import Path

from churn_spark.evaluation.risk import LOWEST, RISK_LEVELS
from churn_spark.export.contract import Contract, RiskLevel
from churn_spark.export.folder import export_model
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings
from churn_spark.tracking import open_store
from churn_spark.training.registry import load_champion
from churn_spark.training.tables import TRAINING_SET

PARITY_ROWS = 1000  # customers on whom the exported model must predict what the champion predicts


def export(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """The champion -> the folder that `serving/` answers from."""
    open_store(settings)
    champion = load_champion(settings)
    rows = lake.read(TRAINING_SET).where("split = 'holdout'").orderBy("user_id").limit(PARITY_ROWS).toPandas()
    contract = Contract(
        **champion.card.model_dump(),
        model_name=champion.name,
        model_version=champion.version,
        risk_levels=tuple(RiskLevel(level=level, above=above) for level, above in [*RISK_LEVELS, (LOWEST, None)]),
    )
    export_model(champion.model, contract, rows, Path(settings.model_folder))
    return {"champion version": int(champion.version), "customers compared": len(rows)}
