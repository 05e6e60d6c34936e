"""Simulates the logs of a streaming service, with a known churn hazard, at any size."""
