"""Take new log files into bronze.events, then build silver.events: duplicates out, lost user IDs recovered.

Customers, transactions and support tickets are read into silver too, from the sources that the settings name.
"""

from churn_spark.identity.stage import identity
from churn_spark.ingest.stage import ingest
from churn_spark.runs import Option, run_job
from churn_spark.sources.stage import sources

if __name__ == "__main__":
    backfill = Option("--backfill", "ingest.backfill", "GLOB", "take the files of that name again, from scratch")
    forget = Option("--forget", "ingest.forget", "GLOB", "take the lines of the files of that name out of the lake")
    stages, options = [ingest, identity, sources], [backfill, forget]
    run_job("ingest", __doc__, stages, on_customers=[sources], options=options)
