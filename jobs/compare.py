"""Compare kinds of models, ways to balance rows, choices of features and seeds on the same folds of gold.training_set.

The section `tuning` of conf/base.yml names the protocol, the folds and the parts.
"""

from churn_spark.runs import run_job
from churn_spark.tuning.report import comparison
from churn_spark.tuning.stage import compare

if __name__ == "__main__":
    run_job("compare", __doc__, [compare], on_customers=[compare], report=comparison)
