"""Write the champion to a folder that serving/ answers from without Spark."""

from churn_spark import model_stages
from churn_spark.runs import run_job

if __name__ == "__main__":
    run_job("export_model", __doc__, [model_stages.export])
