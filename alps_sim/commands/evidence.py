"""The evidence as text: all of it in a list, or one entry in full."""

from alps_sim.evidence.describe import describe_parameter, describe_reading
from alps_sim.evidence.errors import EvidenceError, suggestion
from alps_sim.evidence.ledger import GRADES, Ledger, Parameter, load_ledger
from alps_sim.evidence.readings import load_readings
from alps_sim.evidence.targets import Target, load_targets


def evidence_listed() -> str:
    """All parameters with value, unit, range and grade, by file of the ledger; then the readings and the published figures."""
    ledger = load_ledger()
    parts = [_grades(ledger), *_parameters(ledger)]
    parts.append("readings of the paper, the one taken first:")
    for reading in load_readings().values():
        others = [name for name in reading.alternatives if name != reading.taken]
        parts.append(f"  {reading.identifier}: {reading.taken} (or {', '.join(others)})")
    parts.append("\npublished figures:")
    parts += [f"  {target.identifier}: {target.description}: {target.observed} ({target.target_class})" for target in load_targets()]
    parts.append("\n`alps-sim evidence NAME` shows an entry in full.")
    return "\n".join(parts)


def evidence_described(name: str) -> str:
    """One parameter, reading or published figure in full; several if the name is that of each.

    Parameters
    ----------
    name
        As in the list.

    Raises
    ------
    EvidenceError
        If there is no such entry, with the nearest names.
    """
    targets = {target.identifier: target for target in load_targets()}
    parts = [describe_parameter(name)] if name in load_ledger().parameters else []
    parts += [describe_reading(name)] if name in load_readings() else []
    parts += [_target(targets[name])] if name in targets else []
    if not parts:
        known = [*load_ledger().parameters, *load_readings(), *targets]
        raise EvidenceError(f"expected a parameter, a reading or a published figure, found `{name}`; {suggestion(name, known)}")
    return "\n\n".join(parts)


def _grades(ledger: Ledger) -> str:
    counts = {grade: sum(parameter.grade == grade for parameter in ledger.parameters.values()) for grade in GRADES}
    lines = [f"  {grade:<9} {counts[grade]:>4}  {meaning}" for grade, meaning in GRADES.items()]
    return f"{len(ledger.parameters)} parameters, by grade:\n" + "\n".join(lines) + "\n"


def _parameters(ledger: Ledger) -> list[str]:
    width = max(len(name) for name in ledger.parameters)
    lines, file = [], ""
    for parameter in ledger.parameters.values():
        if parameter.file != file:
            file = parameter.file
            lines.append(f"{file}:")
        lines.append(
            f"  {parameter.name:<{width}}  {_shown(parameter):>10}  {_range(parameter):<20}  {parameter.grade:<8}  {parameter.unit}"
        )
    return [*lines, ""]


def _shown(parameter: Parameter) -> str:
    return parameter.word or f"{parameter.value:g}"


def _range(parameter: Parameter) -> str:
    return f"({parameter.low:g} to {parameter.high:g})" if parameter.low < parameter.high else ""


def _target(target: Target) -> str:
    interval = target.observed.interval()
    exact = f", 95% interval {interval[0]:.3g} to {interval[1]:.3g}" if interval else ""
    window = f"{target.window.years:g} years" if target.window.years is not None else str(target.window.until).replace("_", " ")
    lines = [
        target.identifier,
        f"  figure         {target.description}: {target.observed} ({target.observed.value:.3g}{exact})",
        f"  cohort         {target.cohort}, from {target.window.origin.replace('_', ' ')} to {window}",
        f"  class          {target.target_class}",
        f"  compared with  the statistic {target.statistic} of the simulated cohort",
        *(f"                 or {other.statistic} if {other.choice} is {other.value}" for other in target.otherwise),
        f"  source         {target.source}",
        *([f"  note           {target.note}"] if target.note else []),
        f"  stands in      {target.file}:{target.line}",
    ]
    return "\n".join(lines)
