"""Behavioural segments of the customers: `gold.segments` and what each segment is like."""
