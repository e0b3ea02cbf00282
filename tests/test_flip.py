"""Flip points: where a difference changes its sign, with the interval that its error leaves, on the curve and over draws."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alps_sim.analysis.flip import Curve, drawn_flips, find_flips, share_that_flips

VALUES = np.linspace(0.0, 10.0, 11)


def curve(mean: Any, error: Any = 0.5, values: Any = VALUES, logarithmic: bool = False) -> Curve:
    mean, error = np.asarray(mean, dtype=float), np.asarray(error, dtype=float)
    return Curve(np.asarray(values, dtype=float), mean, mean - error, mean + error, logarithmic)


@given(st.floats(2.0, 8.0), st.floats(0.2, 5.0), st.sampled_from([-1.0, 1.0]), st.floats(0.05, 0.9))
def test_a_straight_difference_flips_at_its_root_and_the_interval_is_where_its_bounds_are_zero(
    root: float, slope: float, sign: float, half_width: float
) -> None:
    (flip,) = find_flips(curve(sign * slope * (VALUES - root), slope * half_width))
    assert flip.value == pytest.approx(root)
    assert (flip.low, flip.high) == pytest.approx((root - half_width, root + half_width))
    assert flip.rises == (sign > 0.0)


def test_on_a_logarithmic_scale_lines_are_straight_along_the_logarithm() -> None:
    values = np.geomspace(0.001, 1.0, 4)
    (flip,) = find_flips(curve([-1.5, -0.5, 0.5, 1.5], 0.25, values, logarithmic=True))
    assert flip.value == pytest.approx(10**-1.5)
    assert (flip.low, flip.high) == pytest.approx((10**-1.75, 10**-1.25))


def test_a_difference_of_one_sign_does_not_flip_though_its_interval_holds_zero() -> None:
    assert find_flips(curve(np.full(11, 0.1))) == []


def test_a_difference_that_begins_at_zero_does_not_flip() -> None:
    assert find_flips(curve(VALUES, 0.0)) == []


def test_an_interval_is_open_where_the_values_end_first() -> None:
    (flip,) = find_flips(curve(VALUES - 9.8))
    assert flip.value == pytest.approx(9.8)
    assert flip.low == pytest.approx(9.3)
    assert math.isnan(flip.high)
    (flip,) = find_flips(curve(VALUES - 0.2))
    assert math.isnan(flip.low)


def test_what_is_nowhere_beyond_its_error_does_not_flip() -> None:
    assert find_flips(curve(0.01 * (VALUES - 5.0))) == []


def test_crossings_that_the_error_does_not_tell_apart_are_one_flip_or_none() -> None:
    through = curve([-3, -2, -0.1, 0.1, -0.1, 0.1, 2, 3, 4, 5, 6])
    (flip,) = find_flips(through)
    assert flip.rises
    assert flip.value == pytest.approx(3.5)  # the one in the middle
    assert len(flip.between) == 3
    back = curve([-3, -2, -0.1, 0.1, -0.1, -0.2, -2, -3, -4, -5, -6])
    assert find_flips(back) == []


def test_two_flips_far_apart_are_both_found() -> None:
    there, back = find_flips(curve(4.0 - np.abs(VALUES - 5.0) * 2.0))
    assert (there.value, back.value) == pytest.approx((3.0, 7.0))
    assert (there.rises, back.rises) == (True, False)


def test_a_stretch_of_exact_zeros_is_crossed_in_its_middle() -> None:
    (flip,) = find_flips(curve([-2, -1, 0, 0, 0, 1, 2, 3, 4, 5, 6], 0.0))
    assert (flip.value, flip.low, flip.high) == pytest.approx((3.0, 2.0, 4.0))


def test_an_unknown_bound_leaves_the_difference_undecided() -> None:
    mean = VALUES - 5.0
    low, high = mean - 0.5, mean + 0.5
    high[:5], low[:5] = np.nan, -np.inf
    (flip,) = find_flips(Curve(VALUES, mean, low, high))
    assert math.isnan(flip.low)
    assert flip.high == pytest.approx(5.5)


def test_the_interval_over_draws_holds_where_the_draws_flip() -> None:
    base = curve(VALUES - 5.0)
    roots = np.linspace(3.0, 7.0, 81)
    found = drawn_flips(base, VALUES - roots[:, None], find_flips(base)[0])
    assert found.share == 1.0
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(roots, (2.5, 97.5))))


def test_draws_that_flip_beyond_the_values_open_the_interval_on_their_side() -> None:
    base = curve(VALUES - 5.0)
    roots = np.concatenate([np.linspace(3.0, 7.0, 80), np.full(20, 15.0)])
    found = drawn_flips(base, VALUES - roots[:, None], find_flips(base)[0])
    assert found.share == pytest.approx(0.8)
    assert 3.0 < found.low < 3.5
    assert math.isnan(found.high)
    found = drawn_flips(base, VALUES - (10.0 - roots)[:, None], find_flips(base)[0])
    assert math.isnan(found.low)
    assert 6.5 < found.high < 7.0


def test_a_flip_of_a_draw_counts_in_the_same_direction_alone() -> None:
    base = curve(VALUES - 5.0)
    falling = np.array([5.0 - VALUES])
    assert drawn_flips(base, falling, find_flips(base)[0]).share == 0.0
    assert share_that_flips(base, falling) == 1.0
