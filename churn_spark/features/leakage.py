"""A feature must not know the time after its `as_of`: the features of a sample, computed from the past alone."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from churn_spark.behavior.catalogue import OWN
from churn_spark.behavior.tiles import EVENT_ORDER, tiles_of
from churn_spark.clock import day_number, midnight_ms
from churn_spark.features.batch import features_of
from churn_spark.quality.comparison import DIFFERENT, differences
from churn_spark.quality.finding import Finding

KEYS = ["user_id", "as_of_day"]
NAMES = [feature.name for feature in OWN]


def compared_days(days: Sequence[date]) -> list[date]:
    """Of the days in order, the one in the middle and the last but one: both have days after them.

    Example: of 1, 8, 15, 22 and 29 May, 15 and 22 May.
    """
    return sorted({days[len(days) // 2], days[-2]}) if len(days) > 1 else list(days)


def future_known(published: pd.DataFrame, events: pa.Table, as_of_days: Sequence[date]) -> list[Finding]:
    """A critical finding for each feature of `published` that the events before `as_of` alone do not give.

    - `published`: KEYS and the features of some users at `as_of_days`.
    - `events`: all silver events of these users.

    If there is no such feature, one passed finding for all.
    """
    before = features_before(events, as_of_days).to_pandas()
    return future_findings(differences(published.set_index(KEYS), before.set_index(KEYS), NAMES))


def features_before(events: pa.Table, as_of_days: Sequence[date]) -> pa.Table:
    """`features_of` the events before each midnight alone, so that no later event can be in them."""
    in_order = events.sort_by([(column, "ascending") for column in EVENT_ORDER])
    tables = []
    for day in as_of_days:
        before = in_order.filter(pc.less(in_order["event_ms"], midnight_ms(day)))
        tables.append(features_of(tiles_of(before), [day_number(day)]))
    return pa.concat_tables(tables)


def future_findings(compared: pd.DataFrame) -> list[Finding]:
    """Findings of `differences` between published features and those of the events before `as_of` alone."""
    different = compared.set_index("feature")[DIFFERENT].sum(axis=1)
    rows = int(compared["compared"].iloc[0])
    words = "what the events before as_of alone give"
    if not different.any():
        return [Finding(f"every feature is {words}", None, "critical", True, rows, 0)]
    return [
        Finding(f"{name} is {words}", str(name), "critical", False, rows, int(wrong))
        for name, wrong in different[different > 0].items()
    ]
