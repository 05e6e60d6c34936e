"""Take new log files into bronze.events, then build silver.events: duplicates out, lost user IDs recovered.

Customers, transactions and support tickets are read into silver too, from the sources that the settings name.
"""

from churn_spark import table_stages
from churn_spark.runs import Option, run_job

if __name__ == "__main__":
    backfill = Option("--backfill", "ingest.backfill", "GLOB", "take the files of that name again, from scratch")
    stages = [table_stages.ingest, table_stages.identity, table_stages.sources]
    run_job("ingest", __doc__, stages, options=[backfill])
