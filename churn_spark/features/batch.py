"""Tiles and features of all users, in Spark: Arrow batches go through the code that also runs online."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial, reduce
from operator import add

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from churn_spark.behavior.catalogue import BEHAVIOR_FEATURES, OWN, RELATIVE, TOTALS
from churn_spark.behavior.definition import FEATURE_VERSION, Capped, Quintile
from churn_spark.behavior.lookback import Lookback
from churn_spark.behavior.online import as_declared
from churn_spark.behavior.tiles import EVENT_COLUMNS, EVENT_ORDER, tiles_of
from churn_spark.calendar import midnight
from churn_spark.clock import day_number
from churn_spark.features.tables import USER_DAYS

USER_FEATURES = "user_id STRING, as_of_day DATE, " + ", ".join(f"{one.name} {one.sql_type}" for one in OWN)


def user_days(events: DataFrame) -> DataFrame:
    """Rows of `gold.user_days` from silver events; rows without a user belong to no tile."""
    of_users = events.where("user_id IS NOT NULL").select(*EVENT_COLUMNS)
    in_order = of_users.repartition("user_id").sortWithinPartitions(*EVENT_ORDER)
    return in_order.mapInArrow(_tiles, USER_DAYS.columns)


def user_features(tiles: DataFrame, as_of_days: Sequence[date]) -> DataFrame:
    """The features of customers' own days, for every customer at the midnight of each of `as_of_days`.

    Columns: `user_id`, `as_of`, `feature_version`, the features. `behavior/customers.py` says who is a customer. One
    shuffle, whatever the number of features and of midnights.
    """
    days = sorted(map(day_number, as_of_days))
    in_order = tiles.repartition("user_id").sortWithinPartitions("user_id", "day")
    return in_order.mapInArrow(partial(_features, days), USER_FEATURES).select(
        "user_id",
        midnight("as_of_day").alias("as_of"),
        F.lit(FEATURE_VERSION).alias("feature_version"),
        *[feature.name for feature in OWN],
    )


def percentiles(features: DataFrame) -> DataFrame:
    """Rows of `gold.percentiles`: for each `as_of` the percentiles of `user_features` that relative features need."""
    by_feature = F.map_from_arrays(
        F.array(*[F.lit(feature.of) for feature in RELATIVE]),
        F.array(*[F.percentile(feature.of, list(feature.percentiles)) for feature in RELATIVE]),
    )
    return features.groupBy("as_of").agg(by_feature.alias("percentiles"))


def with_relative_features(features: DataFrame, percentiles: DataFrame) -> DataFrame:
    """Rows of `customer_features.behavior`: `user_features`, the features relative to the percentiles, the totals."""
    rows = features.join(F.broadcast(percentiles), "as_of")
    rows = rows.withColumns({feature.name: _relative(feature) for feature in RELATIVE})
    rows = rows.withColumns({total.name: reduce(add, map(F.col, total.of)) for total in TOTALS})
    return rows.select("user_id", "as_of", "feature_version", *[feature.name for feature in BEHAVIOR_FEATURES])


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
    """`user_id`, `as_of_day` and OWN features of the customers at each of `as_of_days` (since epoch), from tiles."""
    lookback = Lookback(tiles, as_of_days)
    columns = {
        "user_id": lookback.user_ids,
        "as_of_day": pa.array(lookback.as_of_days.astype(np.int32), pa.date32()),
        **{feature.name: as_declared(feature, feature.value(lookback.window(feature.window))) for feature in OWN},
    }
    return pa.table(columns)


def whole_users(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The rows of batches in order of user, cut between two users only.

    Example: the batches [a, a, b] and [b, c] give the tables [a, a, b, b] and [c].
    """
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
