"""The stages that MLflow records: segments, and from a training set to scores and an exported champion.

Apart from those that only make tables, so that these start without MLflow and XGBoost.
"""

from pathlib import Path

from pyspark.sql import DataFrame

from churn_spark.errors import UserError
from churn_spark.export import Contract, RiskLevel, export_model
from churn_spark.features.calendar import at_midnights, day_of
from churn_spark.features.catalogue import BEHAVIOR
from churn_spark.features.demographics import DEMOGRAPHICS
from churn_spark.features.feature_tables import FEATURE_TABLES, TABLE_FEATURES, features_in, lookups_in
from churn_spark.features.point_in_time import newest
from churn_spark.features.segments import (
    BY,
    SEGMENT_PROFILES,
    SEGMENTS,
    clusters,
    fit_segments,
    segment_profiles,
    with_segments,
)
from churn_spark.features.store import FeatureStore
from churn_spark.identity.pseudonyms import with_pseudonyms
from churn_spark.lake import Lake
from churn_spark.runs import Counts
from churn_spark.scoring.risk import RISK_LEVELS
from churn_spark.scoring.scores import churn_scores
from churn_spark.settings import Settings
from churn_spark.tables import CHURN_SCORES, LABELS, USER_PSEUDONYMS
from churn_spark.training import registry
from churn_spark.training.champion import check_positives, fingerprint, train_champion
from churn_spark.training.oracle import oracle_scores
from churn_spark.training.prediction import churn_probability, top_factors
from churn_spark.training.training_set import TRAINING_SET

PARITY_ROWS = 1000  # customers on whom the exported model must predict what the champion predicts


def segment(lake: Lake, settings: Settings) -> Counts:
    """`customer_features.behavior` at its newest `as_of` -> `gold.segments` with their profiles, also in MLflow."""
    if not lake.exists(BEHAVIOR):
        return {}
    made_from = {BEHAVIOR.name: lake.version(BEHAVIOR), "seed": settings.training.seed}
    if lake.note(SEGMENTS) == made_from:
        return {}
    customers = newest(lake.read(BEHAVIOR, made_from[BEHAVIOR.name]))
    if customers.isEmpty():  # every one of them has cancelled
        return {}
    model = fit_segments(customers, settings.training.seed)
    segmented = with_segments(customers, model).persist()
    profiles = segment_profiles(segmented)
    registry.open_store(settings)
    shown = profiles.orderBy("segment").toPandas()
    registry.log_segments(made_from, shown, clusters(model).summary.trainingCost)
    of_newest = at_midnights(profiles.select(day_of("as_of")).head() or ())
    lake.replace(SEGMENT_PROFILES, profiles, of_newest)
    lake.replace(SEGMENTS, segmented.drop(*BY), of_newest, made_from)
    segmented.unpersist()
    return {"segments": len(shown), "customers": int(shown["customers"].sum())}


def train(lake: Lake, settings: Settings) -> Counts:
    """`gold.training_set` -> the registry's champion; one that was trained on just this is kept."""
    rows = lake.read(TRAINING_SET)
    check_positives(rows, settings)
    registry.open_store(settings)
    mark = fingerprint(rows, settings)
    version = registry.version_trained_on(mark, settings)
    if version is None:
        trained = train_champion(rows, features_in(lake), settings, _oracle(lake, rows, settings))
        tables = filter(lake.exists, (TRAINING_SET, *FEATURE_TABLES, LABELS))
        table_versions = {table.name: lake.version(table) for table in tables}
        lookups = lake.note(TRAINING_SET)["lookups"]
        version = registry.register(trained, mark, table_versions, lookups, settings)
    registry.make_champion(version, settings)
    return {"champion version": int(version)}


def _oracle(lake: Lake, rows: DataFrame, settings: Settings) -> DataFrame | None:
    """The oracle's scores of the holdout, where the logs are the simulator's and the label is what it hides."""
    hidden = not settings.ingest.logs and lake.exists(USER_PSEUDONYMS)
    if not hidden or rows.where("label_version = 'churn_def_v1'").isEmpty():
        return None
    hazards = lake.spark.read.parquet(f"{settings.truth}/hazards").withColumnRenamed("userId", "user_id")
    hazards = hazards.transform(with_pseudonyms, lake.read(USER_PSEUDONYMS))
    return oracle_scores(rows.where("split = 'holdout'"), hazards, settings.labels.horizon_days)


def score(lake: Lake, settings: Settings) -> Counts:
    """The feature tables at their newest `as_of` -> `scores.churn_scores`, by the champion."""
    unknown = settings.scoring.actions.keys() - {feature.name for feature in TABLE_FEATURES}
    if unknown:
        raise UserError(f"scoring.actions: no feature is named {', '.join(sorted(unknown))}")
    registry.open_store(settings)
    champion = registry.load_champion(settings)
    customers = _customers(lake)
    predictions = customers.select(
        "user_id",
        "as_of",
        churn_probability(champion.booster).alias("churn_probability"),
        top_factors(champion.booster, settings.scoring.top_factors).alias("top_factors"),
    )
    lake.merge(CHURN_SCORES, churn_scores(predictions, champion, settings.scoring.actions))
    return {"scores": customers.count()}


def export(lake: Lake, settings: Settings) -> Counts:
    """The champion -> the folder that `serving/` answers from."""
    registry.open_store(settings)
    champion = registry.load_champion(settings)
    customers = _customers(lake).orderBy("user_id").limit(PARITY_ROWS).toPandas()
    contract = Contract(
        model_name=champion.name,
        model_version=champion.version,
        risk_levels=tuple(RiskLevel(level=level, above=above) for level, above in [*RISK_LEVELS, ("LOW", None)]),
        **champion.description,
    )
    export_model(champion.booster, contract, customers, Path(settings.model_folder))
    return {"champion version": int(champion.version), "customers compared": len(customers)}


def _customers(lake: Lake) -> DataFrame:
    """Who is a customer at the newest `as_of`, with all features."""
    if lake.exists(BEHAVIOR):
        rows = lake.read(BEHAVIOR)
    else:
        left = lake.read(LABELS).where("churned")
        rows = lake.read(DEMOGRAPHICS).join(left, ["user_id", "as_of"], "left_anti")
    return FeatureStore(lake).get_features_for_inference(newest(rows), lookups_in(lake))
