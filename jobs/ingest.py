"""Take new log files into bronze.events, then build silver.events: duplicates out, lost user IDs recovered."""

from churn_spark import table_stages
from churn_spark.runs import run_job

if __name__ == "__main__":
    run_job("ingest", __doc__, [table_stages.ingest, table_stages.identity])
