"""Simulate raw JSON logs of a music-streaming service, with the truth about them in a folder of its own."""

from churn_spark import table_stages
from churn_spark.runs import run_job

if __name__ == "__main__":
    run_job("simulate", __doc__, [table_stages.simulate])
