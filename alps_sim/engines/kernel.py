"""The compiled loops that drive the rules: a block of patients, or one step of one patient."""

from typing import Any

from alps_sim.accelerate import compiled
from alps_sim.rules.beginning import begin_life
from alps_sim.rules.events import CENSUS
from alps_sim.rules.life import apply_entry, apply_visit, copy_census, is_visit_before, next_but_visits, next_entry
from alps_sim.rules.world import LOG_CAPACITY


@compiled
def _take_census(patient: Any, world: Any, counters: Any, residuals: Any, counts: Any) -> None:
    """Copy the patient's counters into the row of the present window."""
    window = patient.census
    copy_census(patient, world, counters[window], residuals[window], counts[window])


@compiled
def _happen(patient: Any, world: Any, counters: Any, residuals: Any, counts: Any) -> None:
    """Let the next event happen."""
    entry = next_entry(patient)
    apply_entry(patient, world, entry)
    if entry == CENSUS:
        _take_census(patient, world, counters, residuals, counts)


@compiled
def _visit_until(patient: Any, world: Any, entry: int) -> int:
    """Let the routine visits before another entry happen; their number."""
    visits = 0
    while is_visit_before(patient, entry):
        apply_visit(patient, world)
        visits += 1
    return visits


@compiled
def _close(patient: Any, world: Any, counters: Any, residuals: Any, counts: Any) -> None:
    """Fill the windows that the patient did not live to see the end of."""
    while patient.census < world.window_count:
        _take_census(patient, world, counters, residuals, counts)


@compiled
def _live(patient: Any, world: Any, counters: Any, residuals: Any, counts: Any) -> int:
    """Live one life from the index to its end; the number of events in it.

    Half of all events are visits, and a visit sets no time but that of the next: what comes after them is sought only once. The
    arrays are arguments of the census alone: counting references to them at every event took an eighth of the time.
    """
    begin_life(patient, world)
    events = 0
    while patient.finished == 0:
        entry = next_but_visits(patient)
        events += 1 + _visit_until(patient, world, entry)
        apply_entry(patient, world, entry)
        if entry == CENSUS:
            _take_census(patient, world, counters, residuals, counts)
    _close(patient, world, counters, residuals, counts)
    return events


@compiled
def _keep_lines(world: Any, log: Any, used: int, lines: int) -> bool:
    """Copy a life's event lines behind those of the lives before it. Whether there was room for them."""
    if lines > LOG_CAPACITY or used + lines > log.size:
        return False
    for i in range(lines):
        log[used + i] = world.log[i]
    return True


@compiled
def live_block(states: Any, worlds: Any, counters: Any, residuals: Any, counts: Any, log: Any, log_lines: Any) -> int:
    """Live the lives of a block of patients, in order.

    Parameters
    ----------
    states
        (n,) of STATE_DTYPE with attributes filled in and zero elsewhere.
    worlds
        (1,) of `world_dtype`; its books are added to.
    counters, residuals
        (n, windows, ...) to be filled.
    counts
        (windows, ...) of all patients together, to be added to. Rows for each patient took a twelfth of the time.
    log
        Room for the event lines of all patients, one after the other; used if the world keeps events.
    log_lines
        (1,) number of lines written.

    Returns
    -------
    int
        Number of events; -1 if there was no room for the event lines.
    """
    world = worlds[0]
    events = 0
    for i in range(states.size):
        patient = states[i]
        events += _live(patient, world, counters[i], residuals[i], counts)
        if world.keep_events == 1:
            if not _keep_lines(world, log, log_lines[0], patient.log_count):
                return -1
            log_lines[0] += patient.log_count
    return events


@compiled
def step_patient(patient: Any, world: Any, counters: Any, residuals: Any, counts: Any, begins: bool) -> float:
    """Begin the life of one patient, or let the next event happen.

    Parameters
    ----------
    counters, residuals, counts
        (windows, ...) to be filled.
    begins
        Whether the life begins with this call.

    Returns
    -------
    float
        Time of the event after it, in years since index; negative at the end of the life.
    """
    if begins:
        begin_life(patient, world)
    else:
        _happen(patient, world, counters, residuals, counts)
    if patient.finished == 1:
        _close(patient, world, counters, residuals, counts)
        return -1.0
    return patient.next_time[next_entry(patient)]
