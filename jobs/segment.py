"""Group the customers of the newest as_of into behavioural segments, gold.segments."""

from churn_spark.runs import run_job
from churn_spark.segments.stage import segment

if __name__ == "__main__":
    run_job("segment", __doc__, [segment])
