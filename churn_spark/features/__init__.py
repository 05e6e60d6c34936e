"""Tiles and features in Spark: `gold.user_days`, the feature tables, point-in-time joins, the feature store."""
