"""Figures, for the report and for one's own results: each takes tables and returns a matplotlib figure."""
