"""Scores of customers: probability, risk level, factors and actions."""
