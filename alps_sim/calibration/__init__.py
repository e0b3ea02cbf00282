"""Fitting what no publication gives: simulated cohorts, seen as the study saw its own, against the published figures."""
