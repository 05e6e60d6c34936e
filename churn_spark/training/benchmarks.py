"""How far a model is from the best that could be reached on simulated logs."""

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.metrics import roc_auc_score


def benchmark_metrics(scored: DataFrame, best: pd.DataFrame) -> dict[str, float]:
    """`<name>_roc_auc` of each benchmark, and `<name>_ratio`, the model's ROC-AUC over it; all on the same customers.

    - `scored`: `user_id` and the model's `churn_probability`, one row per customer.
    - `best`: `user_id`, `churned`, and a column of probabilities for each benchmark; at most some thousand customers.

    `benchmark_rows` tells the number of customers.
    """
    users = F.broadcast(scored.sparkSession.createDataFrame(best[["user_id"]]))
    model = scored.join(users, "user_id").select("user_id", "churn_probability").toPandas()
    rows = best.merge(model, on="user_id")
    of_model = float(roc_auc_score(rows["churned"], rows["churn_probability"]))
    metrics = {"benchmark_rows": float(len(rows))}
    for name in best.columns.drop(["user_id", "churned"]):
        metrics[f"{name}_roc_auc"] = float(roc_auc_score(rows["churned"], rows[name]))
        metrics[f"{name}_ratio"] = of_model / metrics[f"{name}_roc_auc"]
    return metrics
