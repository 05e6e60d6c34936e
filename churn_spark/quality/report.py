"""What the pipeline's report says of the gate's warnings."""

from pyspark.sql import functions as F

from churn_spark.lake import Lake
from churn_spark.quality.tables import QUALITY
from churn_spark.settings.all import Settings

SHOWN = 10


def warnings(lake: Lake, settings: Settings) -> str:
    """The expectations that this run did not find met, with their tables, those of the largest share of rows first.

    An expectation of several batches has one line, with the largest share of them.
    """
    if not lake.exists(QUALITY):
        return ""
    failed = lake.read(QUALITY).where((F.col("run_id") == lake.run_id) & ~F.col("success"))
    warned = failed.where("severity = 'warning'").groupBy("table_name", "expectation")
    share, observed = F.max("unexpected_share"), F.max("observed_value")
    rows = warned.agg(share.alias("share"), observed.alias("observed"))
    first = rows.orderBy(F.desc_nulls_last("share"), "table_name", "expectation").collect()
    if not first:
        return ""
    lines = [f"Warnings ({len(first)}); {settings.lake.data_docs_folder} shows all that was checked"]
    for table, expectation, share_of_rows, value in first[:SHOWN]:
        found = f"{share_of_rows:.1%} of the rows are not so" if share_of_rows is not None else f"observed: {value:g}"
        lines.append(f"  {table}: expected that {expectation}: {found}")
    return "\n".join(lines + [f"  and {len(first) - SHOWN} more in ops.quality"] * (len(first) > SHOWN))
