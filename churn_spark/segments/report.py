"""What the pipeline's report says of segments."""

from churn_spark.features.point_in_time import at_newest_as_of
from churn_spark.lake import Lake
from churn_spark.segments.tables import SEGMENT_PROFILES
from churn_spark.settings.all import Settings


def segments(lake: Lake, settings: Settings) -> str:
    """What the customers of each segment are like."""
    if not lake.exists(SEGMENT_PROFILES):
        return ""
    lines = [
        "Segments of customers, from the most engaged to the least (means)",
        "  segment  customers  engagement  days since last  sessions of 90 days  paid days",
    ]
    for row in at_newest_as_of(lake.read(SEGMENT_PROFILES)).orderBy("segment").collect():
        lines.append(
            f"  {row['segment']:>7}{row['customers']:>11,}{row['engagement_score_30d']:>12.1f}"
            f"{row['rfm_recency_days']:>17.1f}{row['rfm_frequency_90d']:>21.1f}{row['rfm_monetary_90d']:>11.1f}"
        )
    return "\n".join(lines)
