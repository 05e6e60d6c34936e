"""Score every customer with the champion into scores.churn_scores."""

from churn_spark.runs import run_job
from churn_spark.scoring.stage import score, score_customers

if __name__ == "__main__":
    run_job("score", __doc__, [score], on_customers=[score_customers])
