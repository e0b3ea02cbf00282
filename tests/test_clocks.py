"""Internal clocks: integrated hazards, their inverses, and credit kept over changes of hazard."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from alps_sim.rules import clocks
from alps_sim.rules.clocks import CONSTANT, GOMPERTZ, WEIBULL, integrated_hazard, time_of_credit
from alps_sim.rules.codes import NEVER
from alps_sim.rules.state import STATE_DTYPE

rates = st.floats(1e-4, 5.0)
exponents = st.one_of(st.floats(0.4, 3.0))
slopes = st.one_of(st.floats(-0.3, -1e-3), st.floats(1e-3, 0.1))
origins = st.floats(-20.0, 0.0)
starts = st.floats(0.0, 60.0)
credits = st.floats(1e-6, 20.0)


def hazard(form: int, rate: float, exponent: float, origin: float, time: float) -> float:
    """The hazard itself, from its textbook form."""
    if form == CONSTANT:
        return rate
    if form == WEIBULL:
        return rate * exponent * (time - origin) ** (exponent - 1.0)
    return rate * math.exp(exponent * (time - origin))


@pytest.mark.parametrize(("form", "exponent"), [(CONSTANT, 0.0), (WEIBULL, 0.75), (WEIBULL, 2.5), (GOMPERTZ, -0.14), (GOMPERTZ, 0.085)])
def test_integrated_hazard_is_the_integral_of_the_hazard(form: int, exponent: float) -> None:
    expected, _ = quad(lambda time: hazard(form, 0.3, exponent, -2.0, time), 1.0, 9.0, epsabs=1e-12, epsrel=1e-12)
    assert integrated_hazard(form, 0.3, exponent, -2.0, 1.0, 9.0) == pytest.approx(expected, rel=1e-10)


@given(rate=rates, start=starts, credit=credits)
def test_constant_inverse_returns_the_credit(rate: float, start: float, credit: float) -> None:
    time = time_of_credit(CONSTANT, rate, 0.0, 0.0, start, credit)
    assert integrated_hazard(CONSTANT, rate, 0.0, 0.0, start, time) == pytest.approx(credit, rel=1e-9, abs=1e-9)


@given(rate=rates, exponent=exponents, origin=origins, start=starts, credit=credits)
def test_weibull_inverse_returns_the_credit(rate: float, exponent: float, origin: float, start: float, credit: float) -> None:
    time = time_of_credit(WEIBULL, rate, exponent, origin, start, credit)
    assert time >= start
    if time < NEVER:
        assert integrated_hazard(WEIBULL, rate, exponent, origin, start, time) == pytest.approx(credit, rel=1e-6, abs=1e-9)


@given(rate=rates, slope=slopes, origin=origins, start=starts, credit=credits)
def test_gompertz_inverse_returns_the_credit_or_never_comes(rate: float, slope: float, origin: float, start: float, credit: float) -> None:
    time = time_of_credit(GOMPERTZ, rate, slope, origin, start, credit)
    total = integrated_hazard(GOMPERTZ, rate, slope, origin, start, 500.0)
    if time < 400.0:
        assert integrated_hazard(GOMPERTZ, rate, slope, origin, start, time) == pytest.approx(credit, rel=1e-6, abs=1e-9)
    elif slope < 0.0:
        assert total <= credit * (1.0 + 1e-6)


def test_no_hazard_means_never() -> None:
    assert time_of_credit(CONSTANT, 0.0, 0.0, 0.0, 3.0, 0.5) == NEVER


def one_patient() -> tuple[np.ndarray, np.record]:
    states = np.zeros(1, STATE_DTYPE).view(np.recarray)
    return states, states[0]


def weibull_rate(shape: float, scale: float) -> float:
    return scale**-shape


def test_mid_course_changes_of_a_weibull_hazard_keep_the_credit_used() -> None:
    """Weibull shape 3, scale 50, then 40 from t = 10, then 66.667 (200/3) from t = 25, with luck 0.37: the published time of the event.

    The hazard changes, the time on its clock does not: each scale takes over where the one before left off.
    """
    states, patient = one_patient()
    clock = patient.clocks[0]
    clock.target = -math.log(1.0 - 0.37)
    for time, scale in ((0.0, 50.0), (10.0, 40.0), (25.0, 200.0 / 3.0)):
        patient.time = time
        clocks.set_hazard(patient, 0, WEIBULL, weibull_rate(3.0, scale), 3.0, 0.0)
    assert states[0].next_time[0] == pytest.approx(43.5233840419916, abs=1e-9)


def test_a_hazard_set_to_the_same_value_changes_nothing() -> None:
    _, patient = one_patient()
    patient.clocks[3].target = 1.0
    clocks.set_constant_hazard(patient, 3, 0.5)
    before = patient.next_time[3]
    patient.time = 0.7
    clocks.set_constant_hazard(patient, 3, 0.5)
    assert patient.next_time[3] == before == 2.0
    assert patient.clocks[3].since == 0.0


@given(pieces=st.lists(st.tuples(st.floats(0.05, 3.0), st.floats(0.0, 2.0)), min_size=1, max_size=8))
def test_used_credit_is_the_sum_over_pieces_whatever_the_changes(pieces: list[tuple[float, float]]) -> None:
    _, patient = one_patient()
    patient.clocks[0].target = 1e6
    expected = 0.0
    for length, rate in pieces:
        clocks.set_constant_hazard(patient, 0, rate)
        patient.time += length
        expected += length * rate
    clocks.advance_clock(patient.clocks[0], patient.time)
    assert patient.clocks[0].used == pytest.approx(expected, rel=1e-12, abs=1e-12)
