"""Run the whole way: logs -> bronze -> silver -> features -> labels -> training set -> champion -> scores -> export.

Without ingest.logs it simulates logs first. Every stage can be run again: what is there already stays as it is.
"""

from churn_spark import pipeline
from churn_spark.report import summary
from churn_spark.runs import run_job

if __name__ == "__main__":
    stages = [
        pipeline.simulate,
        pipeline.ingest,
        pipeline.identity,
        pipeline.features,
        pipeline.labels,
        pipeline.training_set,
        pipeline.train,
        pipeline.score,
        pipeline.export,
    ]
    run_job("pipeline", __doc__, stages, report=summary)
