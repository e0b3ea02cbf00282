"""Is it the right model: published figures beside what simulated cohorts of the same size and follow-up give."""
