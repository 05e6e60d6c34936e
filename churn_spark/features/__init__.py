"""Silver events -> activity tiles -> feature tables; the same lines compute them in batches and online.

`tiles.py` and `history.py` work on Arrow tables and know nothing of Spark; the modules named for a category declare its
features on them; `catalogue.py` has all features; `batch.py` runs them in Spark, `online.py` for one user.
"""
