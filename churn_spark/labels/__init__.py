"""Versioned definitions of churn, and the labels they give to customers at each `as_of`."""
