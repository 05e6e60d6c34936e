"""Take new log files into bronze.events, then build silver.events: duplicates out, lost user IDs recovered."""

from churn_spark import table_stages
from churn_spark.runs import Option, run_job

if __name__ == "__main__":
    backfill = Option("--backfill", "ingest.backfill", "GLOB", "take the files of that name again, from scratch")
    run_job("ingest", __doc__, [table_stages.ingest, table_stages.identity], options=[backfill])
