"""Many fits at once: each trial is a Spark task, and each executor gets the rows once."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict

import pandas as pd
from pyspark.sql import SparkSession

from churn_spark.session import shared
from churn_spark.tuning.trials import Bench, Result, Trial, run_trial


def trial_runner(spark: SparkSession, bench: Bench) -> Callable[[Sequence[Trial]], list[Result]]:
    """A function that runs trials at once and gives their results in the same order.

    Some times as many trials as there are cores keep all of them busy.
    """
    held = shared(spark, bench)

    def run(trials: Sequence[Trial]) -> list[Result]:
        def fit(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
            for batch in batches:
                results = [asdict(run_trial(held(), trials[place])) for place in batch["id"]]
                yield pd.DataFrame({"id": batch["id"], "result": [json.dumps(result) for result in results]})

        rows = spark.range(0, len(trials), numPartitions=len(trials)).mapInPandas(fit, "id BIGINT, result STRING")
        return [_result(text) for _, text in sorted(tuple(row) for row in rows.collect())]

    return run


def _result(text: str) -> Result:
    told = json.loads(text)
    return Result(Trial(**told.pop("trial")), **told)
