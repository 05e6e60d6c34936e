"""Features of what customers do: the same code computes them in Spark, in a stream and in a service.

It needs no Spark, and `make lint` keeps it so. Events become tiles in `tiles.py` (one row per user and day). Windows of
days before `as_of` add tiles up in `lookback.py`. The modules in `categories/` declare features of these windows.
"""
