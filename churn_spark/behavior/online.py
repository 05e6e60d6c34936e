"""Features of one user without Spark, from its tiles and the events that no tile holds yet."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn_spark.behavior.catalogue import OWN, RELATIVE, TOTALS
from churn_spark.behavior.definition import Capped, Declared, Quintile
from churn_spark.behavior.formulas import Values
from churn_spark.behavior.lookback import Lookback
from churn_spark.behavior.tiles import EVENT_ORDER, tiles_of
from churn_spark.clock import day_number


def online_features(
    tiles: pa.Table, events: pa.Table, as_of: date, percentiles: Mapping[str, Sequence[float]]
) -> dict[str, float | str | None] | None:
    """All features of one user at the midnight that begins `as_of`; None for a user who is no customer then.

    - `tiles`: the user's rows of `gold.user_days`, as Arrow.
    - `events`: silver events of the user, all of each of their days; a tile of such a day is computed again.
    - `percentiles`: as `gold.percentiles` has them for this `as_of`, or else for the newest one before.

    The values are those that `features/batch.py` gives to the user once the events have reached `silver.events`.
    """
    if events.num_rows:
        newest = tiles_of(events.sort_by([(column, "ascending") for column in EVENT_ORDER]))
        older = tiles.filter(pc.invert(pc.is_in(tiles["day"], newest["day"])))
        tiles = pa.concat_tables([older, newest.select(tiles.column_names).cast(tiles.schema)])
    lookback = Lookback(tiles.sort_by("day"), [day_number(as_of)])
    if not len(lookback.user_ids):
        return None
    numbers = {feature.name: float(feature.value(lookback.window(feature.window))[0]) for feature in OWN}
    for relative in RELATIVE:
        numbers[relative.name] = _relative(relative, numbers[relative.of], percentiles[relative.of])
    for total in TOTALS:
        numbers[total.name] = sum(numbers[name] for name in total.of)
    levels = {feature.name: feature.levels for feature in OWN if feature.levels}
    return {name: _value(number, levels.get(name, ())) for name, number in numbers.items()}


def as_declared(feature: Declared, values: Values) -> pa.Array:
    """The values of a feature as its column has them: text for a category, null where unknown."""
    if not feature.levels:
        return pa.array(values, from_pandas=True)
    unknown = np.isnan(values)
    return pa.array(feature.levels).take(pa.array(np.where(unknown, 0, values).astype(np.int64), mask=unknown))


def _value(number: float, levels: Sequence[str]) -> float | str | None:
    if np.isnan(number):
        return None
    return levels[int(number)] if levels else number


def _relative(feature: Quintile | Capped, value: float, bounds: Sequence[float]) -> float:
    if isinstance(feature, Capped):
        return value if np.isnan(value) else min(value, bounds[0])
    fifth = float(1 + np.searchsorted(bounds, value))
    return 6 - fifth if feature.inverted else fifth
