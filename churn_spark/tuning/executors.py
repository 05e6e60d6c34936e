"""Many fits at once: each trial is a Spark task, and each executor gets the rows once."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import pandas as pd
from pyspark.sql import SparkSession

from churn_spark.session import shared
from churn_spark.tuning.trials import Bench, Result, Trial, run_trial


def run_trials(spark: SparkSession, bench: Bench, waves: Sequence[Sequence[Trial]]) -> Iterator[list[Result]]:
    """The results of each wave, in the order of its trials, as soon as the wave is done.

    A wave of some times as many trials as there are cores keeps all of them busy.
    """
    held = shared(spark, bench)
    for wave in waves:
        trials = list(wave)

        def fit(batches: Iterator[pd.DataFrame], trials: Sequence[Trial] = trials) -> Iterator[pd.DataFrame]:
            for batch in batches:
                results = [asdict(run_trial(held(), trials[place])) for place in batch["id"]]
                yield pd.DataFrame({"id": batch["id"], "result": [json.dumps(result) for result in results]})

        rows = spark.range(0, len(trials), numPartitions=len(trials)).mapInPandas(fit, "id BIGINT, result STRING")
        yield [_result(text) for _, text in sorted(tuple(row) for row in rows.collect())]


def _result(text: str) -> Result:
    told = json.loads(text)
    return Result(Trial(**told.pop("trial")), **told)
