"""The newest comparison as a table on the screen."""

from churn_spark.errors import DataRefused
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings
from churn_spark.tuning.comparison import in_markdown
from churn_spark.tuning.stage import newest_comparison


def comparison(lake: Lake, settings: Settings) -> str:
    """One table for each part; all metrics are in `ops.comparisons`."""
    try:
        rows = newest_comparison(lake)
    except DataRefused:
        return ""
    return "\n" + in_markdown(rows, rows["protocol"].iloc[0])
