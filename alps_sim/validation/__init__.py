"""Is it the right model: published figures beside simulated ones."""
