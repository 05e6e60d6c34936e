"""Group the customers of the newest as_of into behavioural segments, gold.segments."""

from churn_spark import model_stages
from churn_spark.runs import run_job

if __name__ == "__main__":
    run_job("segment", __doc__, [model_stages.segment])
