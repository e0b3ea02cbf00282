"""Published figures as points to draw beside what was simulated."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedPoint:
    """A published figure to draw beside a curve.

    Attributes
    ----------
    years
        Time.
    percent
        Published value.
    lower_bound
        Whether the publication says more than this.
    label
        What is written beside it.
    """

    years: float
    percent: float
    lower_bound: bool
    label: str
