"""The stages that score every customer with the champion."""

from collections.abc import Mapping
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.behavior.definition import FEATURE_VERSIONS
from churn_spark.calendar import at_midnights, day_of, from_midnight
from churn_spark.errors import UserError
from churn_spark.features.catalogue import ALL_FEATURES
from churn_spark.features.demographics import DEMOGRAPHICS
from churn_spark.features.stage import built_tables
from churn_spark.features.store import FeatureStore, Lookup
from churn_spark.features.tables import BEHAVIOR
from churn_spark.labels.tables import LABELS
from churn_spark.lake import Lake
from churn_spark.scoring.pinning import refuse_other_meanings
from churn_spark.scoring.predictions import predictions
from churn_spark.scoring.scores import churn_scores
from churn_spark.scoring.tables import CHURN_SCORES
from churn_spark.settings.all import Settings
from churn_spark.table import Table
from churn_spark.tracking import open_store
from churn_spark.training.registry import Champion, load_champion


def score(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """The customers of the logs at their newest `as_of` -> `scores.churn_scores`, by the champion."""
    champion = _champion(lake, settings)
    return _score(lake, settings, champion, lake.read(BEHAVIOR))


def score_customers(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """The customers of a customer table who have not left -> `scores.churn_scores`, by the champion."""
    champion = _champion(lake, settings)
    left = lake.read(LABELS).where("churned")
    return _score(lake, settings, champion, lake.read(DEMOGRAPHICS), left)


def _champion(lake: Lake, settings: Settings) -> Champion:
    """The champion. Raises DataRefused if the features are not those that it learned from."""
    unknown = settings.scoring.actions.keys() - {feature.name for feature in ALL_FEATURES}
    if unknown:
        raise UserError(f"scoring.actions: no feature is named {', '.join(sorted(unknown))}")
    open_store(settings)
    champion = load_champion(settings)
    tables = built_tables(lake)
    built_by = {table: _feature_version(lake, table) for table in tables}
    versions = {feature.name: built_by[table] for table, features in tables.items() for feature in features}
    refuse_other_meanings(champion, {feature.name: feature.since for feature in ALL_FEATURES}, versions)
    return champion


def _feature_version(lake: Lake, table: Table) -> str:
    """The feature version that the table was built by."""
    *_, newest = [{}, *lake.notes(table).values()]
    # Releases before 0.2 wrote the version beside the table's inputs, and for tables of sources not at all.
    return str(newest.get("made_from", newest).get("feature_version", FEATURE_VERSIONS[1]))


def _score(
    lake: Lake, settings: Settings, champion: Champion, features: DataFrame, left: DataFrame | None = None
) -> Mapping[str, int]:
    """Score the customers of the newest `as_of`, without those who have `left`.

    All scores of that `as_of` and of later ones are replaced: somebody may be no customer any more, and the logs may
    not reach so far any more. Scores of earlier `as_of` stay.
    """
    newest: date | None = features.agg(F.max(day_of("as_of"))).collect()[0][0]
    if newest is None:
        return {"scores": 0}
    customers = features.where(at_midnights([newest]))
    if left is not None:
        customers = customers.join(left, ["user_id", "as_of"], "left_anti")
    rows = FeatureStore(lake).get_features_for_inference(customers, _lookups(lake, champion))
    predicted = predictions(rows, champion.model, settings.scoring)
    lake.replace(CHURN_SCORES, churn_scores(predicted, champion, settings.scoring.actions), from_midnight(newest))
    return {"scores": rows.count()}


def _lookups(lake: Lake, champion: Champion) -> list[Lookup]:
    """The features that the champion takes, each from the table that has it."""
    taken = set(champion.card.feature_names)
    names = {
        table: tuple(feature.name for feature in features if feature.name in taken)
        for table, features in built_tables(lake).items()
    }
    return [Lookup(table.name, of_table) for table, of_table in names.items() if of_table]
