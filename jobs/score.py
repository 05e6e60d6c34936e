"""Score every customer with the champion into scores.churn_scores."""

from churn_spark import model_stages
from churn_spark.runs import run_job

if __name__ == "__main__":
    run_job("score", __doc__, [model_stages.score])
