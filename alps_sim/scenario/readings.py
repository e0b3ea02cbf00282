"""The alternatives a scenario takes where the published source can be read in two ways."""

from collections.abc import Mapping


def reading_values(readings: Mapping[str, str]) -> dict[str, float]:
    return {}
