"""Train a model on gold.training_set and log it to MLflow as the challenger; the first one becomes the champion."""

from churn_spark.promotion.stage import first_champion
from churn_spark.runs import run_job
from churn_spark.training.stage import train

if __name__ == "__main__":
    run_job("train", __doc__, [train, first_champion], on_customers=[train, first_champion])
