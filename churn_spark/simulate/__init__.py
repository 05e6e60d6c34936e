"""Simulates the logs of a streaming service, with a known churn hazard, at any size."""

from churn_spark.simulate.simulation import simulate

__all__ = ["simulate"]
