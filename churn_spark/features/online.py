"""Features of one user without Spark, from its tiles and the events that no tile holds yet."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn_spark.clock import EPOCH
from churn_spark.features.catalogue import FEATURES, RELATIVE, TOTALS
from churn_spark.features.definition import Capped, Quintile
from churn_spark.features.history import History
from churn_spark.features.tiles import EVENT_ORDER, tiles_of


def online_features(
    tiles: pa.Table, events: pa.Table, as_of: date, percentiles: Mapping[str, Sequence[float]]
) -> dict[str, float | None] | None:
    """All features of one user at the midnight that begins `as_of`; None for a user who is no customer then.

    `tiles`: the user's rows of `gold.user_days`, as Arrow. `events`: silver events of the user, all of each of their
    days; a tile of such a day is computed anew. `percentiles`: as `gold.percentiles` has them for this `as_of`, or the
    newest before. The values are those that `batch.py` gives to the user once the events have reached `silver.events`.
    """
    if events.num_rows:
        newest = tiles_of(events.sort_by([(column, "ascending") for column in EVENT_ORDER]))
        older = tiles.filter(pc.invert(pc.is_in(tiles["day"], newest["day"])))
        tiles = pa.concat_tables([older, newest.select(tiles.column_names).cast(tiles.schema)])
    history = History(tiles.sort_by("day"), [(as_of - EPOCH).days])
    if not len(history.user_ids):
        return None
    known = {feature.name: float(feature.value(history.window(feature.window))[0]) for feature in FEATURES}
    for feature in RELATIVE:
        known[feature.name] = _relative(feature, known[feature.of], percentiles[feature.of])
    for total in TOTALS:
        known[total.name] = sum(known[name] for name in total.of)
    return {name: None if np.isnan(value) else value for name, value in known.items()}


def _relative(feature: Quintile | Capped, value: float, bounds: Sequence[float]) -> float:
    if isinstance(feature, Capped):
        return value if np.isnan(value) else min(value, bounds[0])
    fifth = float(1 + np.searchsorted(bounds, value))
    return 6 - fifth if feature.inverted else fifth
