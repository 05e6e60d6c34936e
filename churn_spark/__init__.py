"""From raw event logs to Delta feature tables, trained models and churn scores."""

__version__ = "0.2.0"
