"""What the pipeline's report says of identity."""

from pyspark.sql import functions as F

from churn_spark.identity.tables import SILVER_EVENTS
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings

WAYS = {
    "session": "by the only user of their session",
    "sequence": "by the sequence of a shared session",
    "login": "by the login that follows",
}


def recovered(lake: Lake, settings: Settings) -> str:
    """How many events named no user, how many of them were given one, and how."""
    if not lake.exists(SILVER_EVENTS):
        return ""
    by_source = lake.read(SILVER_EVENTS).groupBy(F.coalesce("user_id_source", F.lit("unknown"))).count().collect()
    rows = {source: count for source, count in by_source}
    given = sum(rows.get(source, 0) for source in WAYS)
    ways = ", ".join(f"{rows[source]:,} {way}" for source, way in WAYS.items() if source in rows)
    total = given + rows.get("unknown", 0)
    return f"Recovered user IDs\n  {given:,} of {total:,} events that name no user{ways and ': '}{ways}"
