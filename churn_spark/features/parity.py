"""Whether a service computes the same features online as the feature table holds."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from churn_spark.behavior.catalogue import BEHAVIOR_FEATURES
from churn_spark.behavior.online import online_features
from churn_spark.quality.comparison import differences

NAMES = [feature.name for feature in BEHAVIOR_FEATURES]


def online_differences(
    batch: pd.DataFrame,
    tiles: pa.Table,
    events: pa.Table,
    as_of: date,
    percentiles: Mapping[str, Sequence[float]],
) -> pd.DataFrame:
    """`differences` between rows of `customer_features.behavior` and what a service computes for the same customers.

    - `batch`: `user_id` and the features of some customers at `as_of`.
    - `tiles`: their tiles, without those of the last day before `as_of`.
    - `events`: their events of that day.
    """
    tiles_by_user, events_by_user = by_user(tiles), by_user(events)
    online = {
        user: online_features(
            tiles_by_user.get(user, tiles_by_user[None]),
            events_by_user.get(user, events_by_user[None]),
            as_of,
            percentiles,
        )
        for user in batch["user_id"]
    }
    values = pd.DataFrame.from_dict({user: row for user, row in online.items() if row}, "index", None, NAMES)
    numbers = [feature.name for feature in BEHAVIOR_FEATURES if not feature.levels]
    return differences(batch.set_index("user_id"), values.astype(dict.fromkeys(numbers, float)), NAMES)


def by_user(rows: pa.Table) -> dict[str | None, pa.Table]:
    """The rows of each user, and under None an empty table for users without rows."""
    table = rows.sort_by("user_id")
    tables: dict[str | None, pa.Table] = {None: table.slice(0, 0)}
    start = 0
    for user in pc.value_counts(table["user_id"]).to_pylist():
        tables[user["values"]] = table.slice(start, user["counts"])
        start += user["counts"]
    return tables
