"""The ledger and the readings told to a reader: one entry in full."""

import textwrap
from typing import Final

from alps_sim.evidence.ledger import GRADES, Ledger, Parameter, load_ledger, load_priors
from alps_sim.evidence.readings import Alternative, find_reading, load_readings
from alps_sim.evidence.usage import Use, uses_of

WIDTH: Final = 100


def describe_parameter(name: str, ledger: Ledger | None = None) -> str:
    """One parameter in full: value, unit, distribution, range, grade, source, note, other readings, place, and where it is read.

    Parameters
    ----------
    name
        A ledger name.
    ledger
        The package's own if not given.

    Returns
    -------
    str
        Lines of text.

    Raises
    ------
    EvidenceError
        If the name is not in the ledger, with the nearest names.
    """
    known = ledger or load_ledger()
    parameter = known[name]
    lines = [
        name,
        _line("value", f"{_shown(parameter)} ({parameter.unit})"),
        _line("range", f"{parameter.low:g} to {parameter.high:g}" if parameter.low < parameter.high else "none"),
        _line("drawn from", _drawn(parameter, known)),
        *_fitted(known, name),
        _line("grade", f"{parameter.grade}: {GRADES[parameter.grade]}"),
        _line("source", parameter.source),
        _line("note", parameter.note),
        *(_line("reading", text) for text in _readings_that_set(name)),
        _line("stands in", f"{parameter.file}:{parameter.line}"),
        _line("read in", _told(uses_of(name))),
    ]
    return "\n".join(lines)


def _fitted(ledger: Ledger, name: str) -> list[str]:
    """What the calibration made of a parameter, if it was fitted."""
    contraction = ledger.contraction(name)
    if contraction is None:
        return []
    cohort = next(block.cohort for block in ledger.fitted if name in block.names)
    before = f"{load_priors()[name].value:g} before"
    return [_line("fitted", f"{contraction.label}: to {cohort}, the value is the posterior mean ({before}); contraction {contraction}")]


def describe_reading(identifier: str) -> str:
    """One reading in full: the question, its place in the paper, the alternatives and what each sets.

    Parameters
    ----------
    identifier
        As a scenario writes it.

    Raises
    ------
    EvidenceError
        If there is no such reading, with the nearest identifiers.
    """
    reading = find_reading(identifier)
    lines = [identifier, _line("question", reading.question), _line("where", reading.where)]
    for alternative in reading.alternatives.values():
        title = alternative.name + (" (taken)" if alternative.name == reading.taken else "")
        lines.append(_line("alternative", f"{title}: {alternative.meaning}"))
        lines.extend(_line("  sets", text) for text in _settings(alternative))
    lines.append(_line("stands in", f"{reading.file}:{reading.line}"))
    return "\n".join(lines)


def _shown(parameter: Parameter) -> str:
    return parameter.word or f"{parameter.value:g}"


def _drawn(parameter: Parameter, ledger: Ledger) -> str:
    if ledger.contraction(parameter.name) is not None:
        low, high = ledger.intervals[parameter.name]
        return f"the joint posterior draws, 95% of them {low:.4g} to {high:.4g}; before the fit {parameter.distribution}"
    if parameter.distribution.is_fixed:
        return "not drawn"
    shared = "" if parameter.moves_with == parameter.name else f", sharing the luck of {parameter.moves_with}"
    return f"{parameter.distribution}{shared}"


def _readings_that_set(name: str) -> list[str]:
    return [
        f"{alternative.parameters[name]} if {reading.identifier} is read as {alternative.name}"
        for reading in load_readings().values()
        for alternative in reading.alternatives.values()
        if name in alternative.parameters
    ]


def _settings(alternative: Alternative) -> list[str]:
    numbers = [f"{name} = {setting}" for name, setting in alternative.parameters.items()]
    put = {name: f"{what:g}" if isinstance(what, float) else what for name, what in alternative.in_strategies.items()}
    numbers += [f"{name} = {what} in the strategies of `alps-sim robustness`" for name, what in put.items()]
    return numbers + [f"{name}: {choice}" for name, choice in alternative.choices.items()]


def _told(uses: tuple[Use, ...]) -> str:
    return ", ".join(str(use) for use in uses) if uses else "nothing"


def _line(label: str, text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent=f"  {label:<14} ", subsequent_indent=" " * 17)
