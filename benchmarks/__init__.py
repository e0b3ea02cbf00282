"""How fast and how large: figures of the engines on the main scenario, measured in one run and given as ratios where they can be."""
