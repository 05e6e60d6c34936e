"""What the pipeline's report says of the days of the logs, and what `jobs/check_parity.py` tells its user."""

from itertools import groupby
from operator import itemgetter

from pyspark.sql import functions as F

from churn_spark.features.span import runs
from churn_spark.features.tables import DAYS, PARITY
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings


def odd_days(lake: Lake, settings: Settings) -> str:
    """The days that are not like the others, days in a row on one line."""
    if not lake.exists(DAYS):
        return ""
    lines = []
    in_order = sorted(lake.read(DAYS).collect(), key=itemgetter("kind", "day"))  # a few rows: no job to sort them
    for kind, of_kind in groupby(in_order, key=itemgetter("kind")):
        rows = list(of_kind)
        for first, last in runs(row["day"] for row in rows):
            within = [row for row in rows if first <= row["day"] <= last]
            days = f"{first}" if first == last else f"{first} to {last}"
            lines.append(f"  {kind:<9}{days:<26}{sum(row['events'] for row in within):>9,} events")
    return "\n".join(["Days of the logs that are not like the others", *lines]) if lines else ""


def parity(lake: Lake, settings: Settings) -> str:
    """The features that differ in this run between the table and the online computation."""
    if not lake.exists(PARITY):
        return ""
    of_run = lake.read(PARITY).where(F.col("run_id") == lake.run_id)
    differing = of_run.where("mismatched + missing + extra > 0").orderBy("feature").collect()
    if not differing:
        return ""
    lines = [f"{'feature':<34}{'compared':>9}{'mismatched':>12}{'missing':>9}{'extra':>9}"]
    for row in differing:
        lines.append(
            f"{row['feature']:<34}{row['compared']:>9,}{row['mismatched']:>12,}{row['missing']:>9,}{row['extra']:>9,}"
        )
    return "\n".join(lines)
