"""What `jobs/check_parity.py` tells its user."""

from pyspark.sql import functions as F

from churn_spark.features.tables import PARITY
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings


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
