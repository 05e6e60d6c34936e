"""Tiles and features of all users, in Spark: rows go in Arrow batches through the lines that also run online."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial, reduce
from operator import add

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from churn_spark.clock import EPOCH
from churn_spark.features.calendar import midnight
from churn_spark.features.catalogue import ALL_FEATURES, FEATURE_VERSION, FEATURES, RELATIVE, TOTALS
from churn_spark.features.definition import Capped, Quintile
from churn_spark.features.history import History
from churn_spark.features.tiles import EVENT_COLUMNS, EVENT_ORDER, tiles_of
from churn_spark.tables import USER_DAYS

USER_FEATURES = "user_id STRING, as_of_day DATE, " + ", ".join(f"{feature.name} DOUBLE" for feature in FEATURES)


def user_days(events: DataFrame) -> DataFrame:
    """Rows of `gold.user_days` from silver events; rows without a user belong to no tile."""
    of_users = events.where("user_id IS NOT NULL").select(*EVENT_COLUMNS)
    in_order = of_users.repartition("user_id").sortWithinPartitions(*EVENT_ORDER)
    return in_order.mapInArrow(_tiles, USER_DAYS.columns)


def user_features(tiles: DataFrame, as_of_days: Sequence[date]) -> DataFrame:
    """All features but those relative to other customers, of every customer at the midnight of each of `as_of_days`.

    Columns: `user_id`, `as_of`, `feature_version`, the features. A customer has a tile before `as_of`, and its newest
    event is no cancellation. One shuffle, whatever the number of features and of midnights.
    """
    days = sorted((day - EPOCH).days for day in as_of_days)
    in_order = tiles.repartition("user_id").sortWithinPartitions("user_id", "day")
    return in_order.mapInArrow(partial(_features, days), USER_FEATURES).select(
        "user_id",
        midnight("as_of_day").alias("as_of"),
        F.lit(FEATURE_VERSION).alias("feature_version"),
        *[feature.name for feature in FEATURES],
    )


def percentiles(features: DataFrame) -> DataFrame:
    """Rows of `gold.percentiles`: for each `as_of` those of `user_features` that the relative features need."""
    by_feature = F.map_from_arrays(
        F.array(*[F.lit(feature.of) for feature in RELATIVE]),
        F.array(*[F.percentile(feature.of, list(feature.percentiles)) for feature in RELATIVE]),
    )
    return features.groupBy("as_of").agg(by_feature.alias("percentiles"))


def with_relative_features(features: DataFrame, percentiles: DataFrame) -> DataFrame:
    """Rows of `customer_features.behavior`: `user_features`, those relative to the percentiles, totals."""
    known = features.join(F.broadcast(percentiles), "as_of")
    known = known.withColumns({feature.name: _relative(feature) for feature in RELATIVE})
    known = known.withColumns({total.name: reduce(add, map(F.col, total.of)) for total in TOTALS})
    return known.select("user_id", "as_of", "feature_version", *[feature.name for feature in ALL_FEATURES])


def _relative(feature: Quintile | Capped) -> Column:
    value, bounds = F.col(feature.of), F.col("percentiles")[feature.of]
    if isinstance(feature, Capped):
        return F.when(value.isNotNull(), F.least(value, bounds[0]))
    fifth = (1 + F.size(F.filter(bounds, lambda bound: bound < value))).cast("double")
    return 6 - fifth if feature.inverted else fifth


def _tiles(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for events in whole_users(batches):
        yield from tiles_of(events).to_batches()


def _features(as_of_days: Sequence[int], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for tiles in whole_users(batches):
        yield from features_of(tiles, as_of_days).to_batches()


def features_of(tiles: pa.Table, as_of_days: Sequence[int]) -> pa.Table:
    """`user_id`, `as_of_day` and FEATURES of the customers at each of `as_of_days` (since epoch), from their tiles."""
    history = History(tiles, as_of_days)
    columns = {
        "user_id": history.user_ids,
        "as_of_day": pa.array(history.as_of_days.astype(np.int32), pa.date32()),
        **{
            feature.name: pa.array(feature.value(history.window(feature.window)), from_pandas=True)
            for feature in FEATURES
        },
    }
    return pa.table(columns)


def whole_users(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The rows of batches in order of user, cut between two users only."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        users = batch.column("user_id")
        if held and not users[-1].equals(held[-1].column("user_id")[-1]):
            first = pc.index(users, users[-1]).as_py()
            yield pa.Table.from_batches([*held, batch.slice(0, first)])
            held = [batch.slice(first)]
        else:
            held.append(batch)
    if held:
        yield pa.Table.from_batches(held)
