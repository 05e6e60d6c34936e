"""What a run of the pipeline made, for the person who started it: the lines of each room, in the data's order."""

from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.all_tables import ALL_TABLES
from churn_spark.features.report import odd_days
from churn_spark.identity.report import recovered
from churn_spark.labels.report import overlap
from churn_spark.lake import Lake
from churn_spark.quality.report import warnings
from churn_spark.scoring.report import offers, scores
from churn_spark.segments.report import segments
from churn_spark.settings.all import Settings
from churn_spark.training.report import champion

UNSHOWN = ("ops.", "bronze.files", "silver.user_pseudonyms", "gold.percentiles", "gold.segment_profiles")


def summary(lake: Lake, settings: Settings) -> str:
    """Rows per table, then the lines of each room, then where everything lies and what this run warns of."""
    parts = (_tables, odd_days, recovered, segments, overlap, champion, scores, offers, _places, warnings)
    return "\n" + "\n\n".join(text for part in parts if (text := part(lake, settings)))


def _tables(lake: Lake, settings: Settings) -> str:
    shown = [table for table in ALL_TABLES if not table.name.startswith(UNSHOWN) and lake.exists(table)]
    counts = [lake.read(table).agg(F.count("*").alias("rows")).select(F.lit(table.name), "rows") for table in shown]
    rows: dict[str, int] = (
        dict(reduce(DataFrame.unionAll, counts).collect()) if counts else {}
    )  # one query, from Delta's statistics
    return "\n".join(["Tables", *[f"  {table.name:<32}{rows[table.name]:>12,} rows" for table in shown]])


def _places(lake: Lake, settings: Settings) -> str:
    return "\n".join([
        "Where it lies",
        f"  lake    {settings.lake.catalog or settings.lake.path()}",
        f"  MLflow  {settings.tracking_uri}",
        f"  model   {settings.model_folder}",
    ])  # fmt: skip
