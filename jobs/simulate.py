"""Simulate raw JSON logs of a music-streaming service, with the truth about them in a folder of its own.

Beside the logs it writes customers, payments, support tickets and a calendar, which the other jobs read as sources.
"""

from churn_spark.runs import run_job
from churn_spark.simulate.stage import simulate

if __name__ == "__main__":
    run_job("simulate", __doc__, [simulate])
