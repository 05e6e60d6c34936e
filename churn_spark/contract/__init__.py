"""The event contract: which fields a log line has, how they are typed, and what breaks it.

Spark-free, and kept so by `make lint`, so that a service and a stream read lines as the jobs do. `fields.py` declares
the contract. `strict.py` reads lines that keep it to the letter, `tolerant.py` all others, `batch.py` many at once.
"""
