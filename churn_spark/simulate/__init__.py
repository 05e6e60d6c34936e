"""Simulates the logs and records of a streaming service, with a known churn hazard, at any size."""
