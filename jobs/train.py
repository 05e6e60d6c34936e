"""Train XGBoost on gold.training_set, log it to MLflow and make it the champion."""

from churn_spark import model_stages
from churn_spark.runs import run_job

if __name__ == "__main__":
    run_job("train", __doc__, [model_stages.train])
