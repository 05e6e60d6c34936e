"""Search the parameters of training.model by a grid and by Optuna, on the folds of the section `tuning`.

A search that was killed goes on where it ended. With training.parameters: searched, jobs/train.py takes the best.
"""

from churn_spark.runs import run_job
from churn_spark.tuning.stage import search

if __name__ == "__main__":
    run_job("search", __doc__, [search], on_customers=[search])
