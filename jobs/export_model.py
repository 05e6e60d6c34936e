"""Write the champion to a folder that serving/ answers from without Spark."""

from churn_spark.export.stage import export
from churn_spark.runs import run_job

if __name__ == "__main__":
    run_job("export_model", __doc__, [export], on_customers=[export])
