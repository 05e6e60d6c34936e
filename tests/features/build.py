"""A lake with the behavior features of literal events."""

from collections.abc import Sequence
from datetime import date

from churn_spark.features.batch import percentiles, user_days, user_features, with_relative_features
from churn_spark.features.tables import BEHAVIOR, PERCENTILES, USER_DAYS
from churn_spark.identity.tables import SILVER_EVENTS
from churn_spark.lake import Lake
from tests.rows import Event, silver


def build(lake: Lake, as_of_days: Sequence[date], *events: Event) -> None:
    """Silver events, tiles, percentiles and `customer_features.behavior` of a lake."""
    lake.replace(SILVER_EVENTS, silver(lake.spark, *events))
    lake.replace(USER_DAYS, user_days(lake.read(SILVER_EVENTS)))
    known = user_features(lake.read(USER_DAYS), as_of_days)
    lake.replace(PERCENTILES, percentiles(known))
    behavior = with_relative_features(known, lake.read(PERCENTILES))
    lake.replace(BEHAVIOR, behavior, made_from={USER_DAYS.name: lake.version(USER_DAYS)})
