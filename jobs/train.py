"""Train XGBoost on gold.training_set, log it to MLflow and make it the champion."""

from churn_spark.runs import run_job
from churn_spark.training.stage import train

if __name__ == "__main__":
    run_job("train", __doc__, [train], on_customers=[train])
