"""Whether the same features come out of two computations: what differs, what is missing, what is there besides.

The three are counted as Chronon's consistency job does.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.features.calendar import DAY, day_of
from churn_spark.features.catalogue import BEHAVIOR, FEATURE_NAMES
from churn_spark.features.online import online_features
from churn_spark.features.point_in_time import newest
from churn_spark.features.tiles import EVENT_COLUMNS
from churn_spark.lake import Lake
from churn_spark.quality.distribution import sample
from churn_spark.tables import PERCENTILES, SILVER_EVENTS, USER_DAYS

TOLERANCE = 1e-9  # relative
DIFFERENT = ["mismatched", "missing", "extra"]


def differences(table: pd.DataFrame, others: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """For each feature (`feature`) how many rows of either, matched by index, were `compared`, and of them differ.

    mismatched: both know a value, and they differ by more than 1e-9 of the larger. missing: only the table has one.
    extra: only the others have one.
    """
    ours, theirs = table[list(names)].align(others[list(names)], join="outer", axis=0)
    known, also_known = ours.notna(), theirs.notna()
    far = (ours - theirs).abs() > TOLERANCE * np.maximum(ours.abs(), theirs.abs())
    counts = {"mismatched": far.sum(), "missing": (known & ~also_known).sum(), "extra": (also_known & ~known).sum()}
    return pd.DataFrame({"compared": len(ours), **counts}).rename_axis("feature").reset_index()


def online_differences(lake: Lake, customers: int) -> pd.DataFrame:
    """The newest rows of `customer_features.behavior` against what a service computes of the same customers online.

    `differences` with their `as_of`, for the so many customers of the lowest hashes. Online has the tiles but for those
    of the last day before `as_of`, and the events of that day.
    """
    batch = sample(newest(lake.read(BEHAVIOR)).withColumn("as_of_day", day_of("as_of")), customers)
    users, as_of = batch["user_id"].tolist(), batch["as_of_day"].iloc[0]
    tiles = by_user(lake.read(USER_DAYS).where(F.col("user_id").isin(users) & (F.col("day") < F.lit(as_of - DAY))))
    on_last_day = F.col("user_id").isin(users) & (F.col("event_date") == F.lit(as_of - DAY))
    events = by_user(lake.read(SILVER_EVENTS).where(on_last_day).select(*EVENT_COLUMNS))
    [bounds] = lake.read(PERCENTILES).where(day_of("as_of") == F.lit(as_of)).select("percentiles").collect()
    online = {
        user: online_features(tiles.get(user, tiles[None]), events.get(user, events[None]), as_of, bounds[0])
        for user in users
    }
    values = pd.DataFrame.from_dict(
        {user: features for user, features in online.items() if features}, "index", float, FEATURE_NAMES
    )
    return differences(batch.set_index("user_id"), values, FEATURE_NAMES).assign(as_of=batch["as_of"].iloc[0])


def by_user(rows: DataFrame) -> dict[str | None, pa.Table]:
    """Each user's rows, and an empty table for any other, under None."""
    table = rows.toArrow().sort_by("user_id")
    found: dict[str | None, pa.Table] = {None: table.slice(0, 0)}
    start = 0
    for user in pc.value_counts(table["user_id"]).to_pylist():
        found[user["values"]] = table.slice(start, user["counts"])
        start += user["counts"]
    return found
