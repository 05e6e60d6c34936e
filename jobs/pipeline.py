"""Run the whole way: logs -> bronze -> silver -> features -> labels -> training set -> champion -> scores -> export.

Customers are grouped into segments on the way. Without ingest.logs it simulates logs first. Every stage can be run
again: what is there already stays as it is.
"""

from churn_spark import model_stages, table_stages
from churn_spark.report import summary
from churn_spark.runs import run_job

if __name__ == "__main__":
    stages = [
        table_stages.simulate,
        table_stages.ingest,
        table_stages.identity,
        table_stages.sources,
        table_stages.features,
        model_stages.segment,
        table_stages.labels,
        table_stages.training_set,
        model_stages.train,
        model_stages.score,
        model_stages.export,
    ]
    run_job("pipeline", __doc__, stages, report=summary)
