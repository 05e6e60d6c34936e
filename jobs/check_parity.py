"""Compare customer_features.behavior with what a service would compute of the same customers online, without Spark.

Takes features.parity_customers customers at the newest as_of, always the same ones. Of each feature it counts the
customers whose two values differ by more than 1e-9 of the larger (mismatched), whose value only the table knows
(missing) or only the service would (extra). The counts become rows of ops.parity; those that are not 0 are printed,
and end the job with status 3.
"""

from churn_spark.features.report import parity
from churn_spark.features.stage import check_parity
from churn_spark.runs import run_job

if __name__ == "__main__":
    run_job("check_parity", __doc__, [check_parity], report=parity)
