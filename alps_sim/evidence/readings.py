"""Where the paper or the structure of the model can be read in two ways: the reading taken, and the alternatives.

A scenario selects alternatives by `readings: {identifier: alternative}`. An alternative sets parameters of the ledger; some make
a named choice instead, which the comparison with published figures or the author of a scenario acts upon.

A parameter is set to a number, or to a multiple of a parameter (`0.73 x opsi_mean_rate_per_year`, `flare_rate_young_per_year`): what
a reading says of a fitted parameter holds beside whatever was fitted.
"""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from alps_sim.evidence.distributions import Distribution, parse_distribution
from alps_sim.evidence.errors import EvidenceError, suggestion
from alps_sim.evidence.ledger import Ledger, load_ledger
from alps_sim.evidence.source import FOLDER, Located, read_source

FILE: Final = FOLDER / "readings.yaml"
FIT: Final = "fit"
STRATEGIES: Final = "strategies"
ACTS_THROUGH: Final = (FIT, STRATEGIES)
"""What a named choice acts through: the comparison with published figures, or how the strategies of a scenario are written."""

Change = float | str
"""What a reading puts into strategies: a number above 0, or a word."""
CHANGES_OF_STRATEGIES: Final[Mapping[str, tuple[str, ...]]] = {
    "pulse_days": (),
    "flare_window_years": (),
    "severe_flare_on_agent": ("ladder", "pulse"),
    "weaning": ("none", "quiet_adults"),
}
"""What a reading may change in strategies, with the words that it can say; none for a number. They are put in by
`robustness.strategy_changes`."""

_MULTIPLE: Final = re.compile(r"(?:(?P<factor>[0-9.]+) x )?(?P<of>[a-z][a-z0-9_.]*)")


@dataclass(frozen=True)
class Setting:
    """What an alternative sets a parameter to.

    Attributes
    ----------
    factor
        The value, or the factor of another parameter's value.
    of
        The other parameter; empty if there is none.
    """

    factor: float
    of: str = ""

    def value(self, known: Mapping[str, float]) -> float:
        """The number it comes to.

        Parameters
        ----------
        known
            Values of the ledger's parameters by name.
        """
        return self.factor * known[self.of] if self.of else self.factor

    def __str__(self) -> str:
        factor = f"{self.factor:g} x " if self.of and self.factor != 1.0 else ""
        return f"{factor}{self.of}" if self.of else f"{self.factor:g}"


@dataclass(frozen=True)
class Alternative:
    """One way to read.

    Attributes
    ----------
    name
        What a scenario writes.
    meaning
        The way, in words.
    parameters
        What it sets ledger parameters to; none for a base case that keeps the ledger.
    choices
        Named choices that it makes, by name of the choice.
    in_strategies
        What it says of the strategies that are compared, by name of the change: of CHANGES_OF_STRATEGIES.
    priors
        What is believed of parameters where this reading is fitted by itself, in place of the ledger's distributions.
    """

    name: str
    meaning: str
    parameters: Mapping[str, Setting]
    choices: Mapping[str, str]
    in_strategies: Mapping[str, Change] = field(default_factory=dict)
    priors: Mapping[str, Distribution] = field(default_factory=dict)

    def beside(self, fitted: Collection[str], known: Mapping[str, float]) -> dict[str, float]:
        """Values of the parameters that it sets and that are not fitted under it.

        Parameters
        ----------
        fitted
            Parameters that are.
        known
            Values of all parameters, of which it may take a multiple.
        """
        return {name: setting.value(known) for name, setting in self.parameters.items() if name not in fitted}


@dataclass(frozen=True)
class Reading:
    """A question with more than one answer.

    Attributes
    ----------
    identifier
        What a scenario writes.
    question
        What is open.
    where
        Place in the paper, or why the structure is open.
    taken
        Name of the alternative that holds if a scenario says nothing.
    alternatives
        By name, the one taken among them.
    file, line
        Where it stands.
    """

    identifier: str
    question: str
    where: str
    taken: str
    alternatives: Mapping[str, Alternative]
    file: str
    line: int

    @property
    def left_to_strategies(self) -> bool:
        """Whether no alternative sets a parameter, so that what holds is what the strategies of a scenario say."""
        through = choices_act_through()
        made = [choice for one in self.alternatives.values() for choice in one.choices]
        return all(not one.parameters for one in self.alternatives.values()) and all(through[choice] == STRATEGIES for choice in made)

    def alternative(self, name: str) -> Alternative:
        """The alternative of that name.

        Raises
        ------
        EvidenceError
            If there is none.
        """
        if name not in self.alternatives:
            hint = suggestion(name, self.alternatives)
            raise EvidenceError(f"expected an alternative of the reading `{self.identifier}`, found `{name}`; {hint}")
        return self.alternatives[name]


@lru_cache(maxsize=1)
def load_readings() -> Mapping[str, Reading]:
    """All readings of the package by identifier, in file order, read once a process.

    Raises
    ------
    EvidenceError
        If an entry is not as it should be, with file and line.
    """
    return read_readings(FILE, load_ledger())


@lru_cache(maxsize=1)
def known_choices() -> Mapping[str, tuple[str, ...]]:
    """Values that each named choice can have, by name of the choice, read once a process."""
    return {name: values for name, (values, _) in _choices(_choices_of_the_package()).items()}


@lru_cache(maxsize=1)
def choices_act_through() -> Mapping[str, str]:
    """What each named choice acts through, one of ACTS_THROUGH, by name of the choice, read once a process."""
    return {name: through for name, (_, through) in _choices(_choices_of_the_package()).items()}


def _choices_of_the_package() -> Located:
    return read_source(FILE).mapping(("choices", "readings"))["choices"]


def read_readings(path: Path, ledger: Ledger) -> dict[str, Reading]:
    """Read readings from a file.

    Raises
    ------
    EvidenceError
        For an unknown or missing key, a parameter that is not in the ledger, an unknown choice, or a reading taken that is not
        among its alternatives.
    """
    keys = read_source(path).mapping(("choices", "readings"))
    choices = {name: values for name, (values, _) in _choices(keys["choices"]).items()}
    return {name: _reading(name, entry, ledger, choices) for name, entry in keys["readings"].table().items()}


def reading_parameters(selected: Mapping[str, str], known: Mapping[str, float] | None = None) -> dict[str, float]:
    """Parameter values set by selected readings; readings not named set nothing beyond the ledger.

    Parameters
    ----------
    selected
        Name of the alternative by identifier of the reading.
    known
        Values of all parameters, of which a reading may take a multiple; the central ones of the ledger if not given.

    Raises
    ------
    EvidenceError
        If a reading or alternative does not exist, or two of them set one parameter to different values.
    """
    values: dict[str, float] = {}
    owner: dict[str, str] = {}
    known = load_ledger().values() if known is None else known
    for identifier, name in selected.items():
        for parameter, setting in find_reading(identifier).alternative(name).parameters.items():
            value = setting.value(known)
            if values.get(parameter, value) != value:
                message = f"expected one value for `{parameter}`, found two: by the readings `{owner[parameter]}` and `{identifier}`"
                raise EvidenceError(f"{message}; select one of them and set the parameter yourself")
            values[parameter], owner[parameter] = value, identifier
    return values


def reading_choices(selected: Mapping[str, str]) -> dict[str, str]:
    """Named choices in force: of the selected readings, else of those taken.

    Parameters
    ----------
    selected
        Name of the alternative by identifier of the reading.

    Raises
    ------
    EvidenceError
        If a reading or alternative does not exist.
    """
    for identifier, name in selected.items():
        find_reading(identifier).alternative(name)
    found: dict[str, str] = {}
    for reading in load_readings().values():
        found |= reading.alternative(selected.get(reading.identifier, reading.taken)).choices
    return found


def find_reading(identifier: str) -> Reading:
    """The reading of that identifier.

    Raises
    ------
    EvidenceError
        If there is none, with the nearest identifiers.
    """
    readings = load_readings()
    if identifier not in readings:
        raise EvidenceError(f"expected a reading of the paper, found `{identifier}`; {suggestion(identifier, readings)}")
    return readings[identifier]


def _choices(item: Located) -> dict[str, tuple[tuple[str, ...], str]]:
    return {name: _choice(entry) for name, entry in item.table().items()}


def _choice(entry: Located) -> tuple[tuple[str, ...], str]:
    keys = entry.mapping(("values", "acts_through", "meaning"))
    keys["meaning"].text()
    through = keys["acts_through"].text()
    if through not in ACTS_THROUGH:
        raise keys["acts_through"].error(f"expected {' or '.join(ACTS_THROUGH)}, found `{through}`; {suggestion(through, ACTS_THROUGH)}")
    return tuple(item.text() for item in keys["values"].items()), through


def _reading(identifier: str, entry: Located, ledger: Ledger, choices: Mapping[str, tuple[str, ...]]) -> Reading:
    keys = entry.mapping(("question", "where", "taken", "alternatives"))
    alternatives = {name: _alternative(name, item, ledger, choices) for name, item in keys["alternatives"].table().items()}
    taken = keys["taken"].text()
    if taken not in alternatives or len(alternatives) < 2:
        raise keys["taken"].error(f"expected one of at least two alternatives, found `{taken}`; {suggestion(taken, alternatives)}")
    if not _keeps_the_ledger(alternatives[taken]):
        raise keys["taken"].error(f"expected the reading taken to keep the ledger's values, found parameters under `{taken}`; remove them")
    return Reading(identifier, keys["question"].text(), keys["where"].text(), taken, alternatives, entry.file, entry.line)


def _keeps_the_ledger(alternative: Alternative) -> bool:
    return not alternative.parameters


def _alternative(name: str, entry: Located, ledger: Ledger, choices: Mapping[str, tuple[str, ...]]) -> Alternative:
    keys = entry.mapping(("meaning",), ("parameters", "choices", "in_strategies", "priors"))
    parameters = {key: _setting(key, item, ledger) for key, item in keys["parameters"].table().items()} if "parameters" in keys else {}
    made = {key: _made(key, item, choices) for key, item in keys["choices"].table().items()} if "choices" in keys else {}
    changes = {key: _change(key, item) for key, item in keys["in_strategies"].table().items()} if "in_strategies" in keys else {}
    priors = {key: _prior(key, item, ledger) for key, item in keys["priors"].table().items()} if "priors" in keys else {}
    return Alternative(name, keys["meaning"].text(), parameters, made, changes, priors)


def _change(name: str, item: Located) -> Change:
    """A word, or a positive number, that is put into the strategies."""
    if name not in CHANGES_OF_STRATEGIES:
        raise item.error(f"expected a known change of strategies, found `{name}`; {suggestion(name, CHANGES_OF_STRATEGIES)}")
    words = CHANGES_OF_STRATEGIES[name]
    if words and item.text() not in words:
        raise item.error(f"expected {' or '.join(words)} for `{name}`, found `{item.value}`; {suggestion(item.text(), words)}")
    if not words and item.number() <= 0.0:
        raise item.error(f"expected a value above 0 for `{name}`, found {item.number():g}")
    return item.text() if words else item.number()


def _prior(name: str, item: Located, ledger: Ledger) -> Distribution:
    """A distribution of a parameter of the ledger."""
    _check_known(name, item, ledger)
    try:
        return parse_distribution(item.text())
    except ValueError as error:
        raise item.error(str(error)) from error


def _setting(name: str, item: Located, ledger: Ledger) -> Setting:
    """A number, or a multiple of a parameter."""
    _check_known(name, item, ledger)
    multiple = _MULTIPLE.fullmatch(item.value) if isinstance(item.value, str) else None
    if multiple is not None:
        _check_known(multiple["of"], item, ledger)
        return Setting(float(multiple["factor"] or 1.0), multiple["of"])
    value = item.number()
    if not math.isfinite(value) or value < 0:
        raise item.error(f"expected a value from 0 on for `{name}`, found {value:g}")
    return Setting(value)


def _check_known(name: str, item: Located, ledger: Ledger) -> None:
    if name not in ledger.parameters:
        raise item.error(f"expected a parameter of the ledger, found `{name}`; {suggestion(name, ledger.parameters)}")


def _made(name: str, item: Located, choices: Mapping[str, tuple[str, ...]]) -> str:
    value = item.text()
    if name not in choices:
        raise item.error(f"expected a choice listed under `choices`, found `{name}`; {suggestion(name, choices)}")
    if value not in choices[name]:
        raise item.error(f"expected {' or '.join(choices[name])} for `{name}`, found `{value}`; {suggestion(value, choices[name])}")
    return value
