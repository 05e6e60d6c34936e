"""The quality engine: it checks rows against the expectations of their room before any reader sees them.

It knows no room: a room hands in its expectations. Great Expectations checks the rows.
"""
