"""The stage that groups the customers of the newest `as_of` into segments."""

from collections.abc import Mapping

from churn_spark.calendar import day_of, from_midnight
from churn_spark.features.point_in_time import at_newest_as_of
from churn_spark.features.tables import BEHAVIOR
from churn_spark.lake import Lake
from churn_spark.segments.clusters import BY, clusters, fit_segments, segment_profiles, with_segments
from churn_spark.segments.tables import SEGMENT_PROFILES, SEGMENTS
from churn_spark.session import cached
from churn_spark.settings.all import Settings
from churn_spark.tracking import log_run, open_store


def segment(lake: Lake, settings: Settings) -> Mapping[str, int]:
    """`customer_features.behavior` at its newest `as_of` -> `gold.segments` with their profiles, also in MLflow."""
    made_from = {BEHAVIOR.name: lake.version(BEHAVIOR), "seed": settings.training.seed}
    if lake.is_current(SEGMENTS, made_from):
        return {}
    customers = at_newest_as_of(lake.read(BEHAVIOR, made_from[BEHAVIOR.name]))
    if customers.isEmpty():  # all have cancelled
        return {}
    model = fit_segments(customers, settings.training.seed)
    with cached(with_segments(customers, model)) as segmented:
        profiles = segment_profiles(segmented)
        shown = profiles.orderBy("segment").toPandas()
        open_store(settings)
        cost = clusters(model).summary.trainingCost
        log_run("segments", made_from, {"training_cost": cost, "segments": len(shown)}, shown)
        newest = profiles.select(day_of("as_of")).collect()[0][0]
        # Later ones are of a time that the logs do not reach any more.
        lake.replace(SEGMENT_PROFILES, profiles, from_midnight(newest))
        lake.replace(SEGMENTS, segmented.drop(*BY), from_midnight(newest), made_from)
    return {"segments": len(shown), "customers": int(shown["customers"].sum())}
