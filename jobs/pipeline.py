"""Run the whole way: logs -> bronze -> silver -> features -> labels -> training set -> champion -> scores -> export.

Customers are grouped into segments on the way. Without ingest.logs it simulates logs first. With ingest.kind customers
it goes from a customer table to scores, without logs. Every stage can be run again: what is there already stays as it
is.
"""

from churn_spark.export.stage import export
from churn_spark.features.stage import customer_features, features
from churn_spark.identity.stage import identity
from churn_spark.ingest.stage import ingest
from churn_spark.labels.stage import customer_labels, labels
from churn_spark.promotion.stage import promote_if_better
from churn_spark.report import summary
from churn_spark.runs import run_job
from churn_spark.scoring.stage import score, score_customers
from churn_spark.segments.stage import segment
from churn_spark.simulate.stage import simulate
from churn_spark.sources.stage import sources
from churn_spark.training.stage import customer_training_set, train, training_set

ON_LOGS = [ingest, identity, sources, features, segment, labels, training_set, train]
ON_LOGS += [promote_if_better, score, export]
ON_CUSTOMERS = [sources, customer_features, customer_labels, customer_training_set, train]
ON_CUSTOMERS += [promote_if_better, score_customers, export]

if __name__ == "__main__":
    run_job(
        "pipeline",
        __doc__,
        ON_LOGS,
        on_simulated_logs=[simulate, *ON_LOGS],
        on_customers=ON_CUSTOMERS,
        report=summary,
    )
