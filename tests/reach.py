"""What the shipped scenarios reach: the lives in them, what happens there, and whom a change of parameters or strategies touches.

"The same luck" means the same seed and patient numbers: two runs differ by what was changed and by nothing else.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from alps_sim.engines.cohort import simulate_block
from alps_sim.evidence.ledger import WORDS, Ledger, Parameter, load_ledger
from alps_sim.outcomes.block import BLOCK_SIZE, ROW_DTYPE, BlockResult
from alps_sim.population import draw_population
from alps_sim.rules import codes as c
from alps_sim.rules import events as e
from alps_sim.rules.accounts import ACCOUNTS, COUNTERS
from alps_sim.rules.state import ATTRIBUTES, MILESTONES
from alps_sim.scenario import load_scenario
from alps_sim.scenario.inputs import Inputs, StrategyInputs
from alps_sim.scenario.schema import Scenario
from alps_sim.scenario.translate import translate

SCENARIOS: Final = Path(__file__).parent.parent / "scenarios"
PER_MILLION: Final = 100
"""How often in 10^6 lives a thing must occur to count as reached."""

_OUTCOMES: Final = tuple(name for name in ROW_DTYPE.names or () if name not in dict(ATTRIBUTES))
"""Fields of a patient's row that come of the life; what the population drew is no outcome."""
_FAR_FROM_NOTHING: Final = 1.0e4
"""Where a parameter fixed at 0 is moved to: more than any dose, count or price in use."""
_UNLOGGED: Final = frozenset({"census", "birthday", "visit", "decline_boundary"})


@dataclass(frozen=True)
class Lives:
    """The lives of a shipped scenario's patients under one of its strategies."""

    scenario: Scenario
    inputs: Inputs
    strategy: int

    @property
    def label(self) -> str:
        return f"{self.scenario.name}/{self.inputs.strategies[self.strategy].name}"

    def live(self, block: int = 0, count: int = BLOCK_SIZE, keep_events: bool = False) -> BlockResult:
        """Lives of one block of patients."""
        attributes = draw_population(self.inputs, 0, block * count, count)
        return simulate_block(self.inputs, self.strategy, attributes, keep_events=keep_events)

    def with_values(self, changes: Mapping[str, float]) -> "Lives":
        """The same patients' lives with other parameter values."""
        values = self.scenario.parameter_values(load_ledger()) | dict(changes)
        return replace(self, inputs=translate(self.scenario, values))

    def with_strategy(self, strategy: StrategyInputs) -> "Lives":
        """The same patients' lives under a changed strategy."""
        strategies = list(self.inputs.strategies)
        strategies[self.strategy] = strategy
        return replace(self, inputs=replace(self.inputs, strategies=tuple(strategies)))


@cache
def shipped_lives() -> tuple[Lives, ...]:
    """Lives under each strategy of each shipped scenario; strategies that give the very same lives come once."""
    found: dict[tuple[object, ...], Lives] = {}
    for path in sorted(SCENARIOS.glob("*.yaml")):
        scenario = load_scenario(path)
        inputs = translate(scenario, scenario.parameter_values(load_ledger()))
        for position, strategy in enumerate(inputs.strategies):
            arrays = (strategy.strategy, strategy.steps, strategy.lines, inputs.parameters, inputs.agents, inputs.censuses)
            key = (inputs.seed, repr(inputs.population), scenario.life_table_period, *(array.tobytes() for array in arrays))
            found.setdefault(key, Lives(scenario, inputs, position))
    return tuple(found.values())


@cache
def baseline(position: int, block: int, count: int) -> BlockResult:
    """Unchanged lives of a block, kept for comparison."""
    return shipped_lives()[position].live(block, count)


def changed_patients(one: BlockResult, other: BlockResult) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """(n,) whether a patient's life, quality or cost is another, to the last bit."""
    changed = np.any(one.counters != other.counters, axis=(1, 2))
    for name in _OUTCOMES:
        differs = one.rows[name] != other.rows[name]
        changed |= differs.reshape(changed.size, -1).any(axis=1)
    return changed


def differ(one: BlockResult, other: BlockResult) -> bool:
    """Whether any outcome or any line of the books is another."""
    return bool(changed_patients(one, other).any()) or not np.array_equal(one.books, other.books)


# Parameters


def moved(parameter: Parameter) -> float:
    """The end of the range farther from the value; for a fixed parameter another value that it could have."""
    if parameter.low < parameter.high:
        return max(parameter.low, parameter.high, key=lambda end: abs(end - parameter.value))
    if parameter.unit in WORDS:
        return float((int(parameter.value) + 1) % len(WORDS[parameter.unit]))
    return 1.5 * parameter.value if parameter.value else _FAR_FROM_NOTHING


def reached_by(changes: Mapping[str, float], blocks: int, count: int, columns: Sequence[str] = ()) -> str | None:
    """First lives in which other parameter values change an outcome (or one of the counters named); None if nobody's life changes."""
    places = [COUNTERS.index(column) for column in columns]
    for block in range(blocks):
        for position, lives in enumerate(shipped_lives()):
            one, other = baseline(position, block, count), lives.with_values(changes).live(block, count)
            if np.any(one.counters[..., places] != other.counters[..., places]) if places else differ(one, other):
                return lives.label
    return None


# Happenings

Tally = Counter[str]


def _of_entries(events: Any) -> Iterator[tuple[str, int]]:
    """Each logged entry and happening by its name."""
    for kind, number in zip(*np.unique(events["kind"], return_counts=True), strict=True):
        yield e.LOG_KINDS[kind], int(number)


def _of_codes(events: Any) -> Iterator[tuple[str, int]]:
    """Each kind of line whose code says what it was."""
    words: dict[int, Callable[[int], str]] = {
        e.LOG_DEATH: lambda code: c.CAUSES_OF_DEATH[code],
        e.LOG_ENTRY: lambda code: c.SPLEENS[code],
        e.LOG_PHASE: lambda code: c.EPISODE_PHASES[code],
        e.LOG_FLARE_END: lambda code: c.SEVERITIES[code],
        e.LOG_SEVERE_BLEED: lambda code: ("severe", "intracranial")[code - 1],
        e.LOG_GCSF: lambda code: ("ends", "begins")[code],
        e.LOG_STEROID_DOSE: lambda code: ("oral", "intravenous")[code],
        **{kind: lambda code: c.AGENTS[code] for kind in _AGENT_KINDS},
    }
    for kind, word in words.items():
        for code, number in zip(*np.unique(events["code"][events["kind"] == kind], return_counts=True), strict=True):
            yield f"{e.LOG_KINDS[kind]}: {word(code)}", int(number)


_AGENT_KINDS: Final = (
    e.LOG_AGENT_START,
    e.LOG_AGENT_ANSWER,
    e.LOG_AGENT_STOP,
    e.LOG_COURSE_START,
    e.LOG_COURSE_ANSWER,
    e.LOG_COURSE_STOP,
)
_ENDS: Final = {1: "no_answer", 2: "response_lost", 4: "intolerance", 8: "organ_toxicity"}


def _of_flares(events: Any) -> Iterator[tuple[str, int]]:
    """Each combination of lineages, and each of severity and mechanism."""
    flares = events["code"][events["kind"] == e.FLARE]
    for code, number in zip(*np.unique(flares, return_counts=True), strict=True):
        yield f"flare: {lineages(code & 7)}", int(number)
        yield f"flare: {c.SEVERITIES[code >> 3 & 1]}, {c.MECHANISMS[code >> 4 & 1]}", int(number)


def lineages(mask: int) -> str:
    """A set of lineages in words."""
    return " + ".join(word for place, word in enumerate(c.LINEAGES) if mask >> place & 1)


def _of_stops(events: Any) -> Iterator[tuple[str, int]]:
    """How each agent ended, who was resumed, and how the spleen changed. Weaning is logged as an event on the line before."""
    after_weaning = np.concatenate([[False], events["kind"][:-1] == e.WEANING])
    for kind in (e.LOG_AGENT_STOP, e.LOG_COURSE_STOP):
        chosen = events["kind"] == kind
        weaned = events["code"][chosen & after_weaning & (events["value"] == 0)]
        stopped = events["code"][chosen & ~after_weaning & (events["value"] == 0)]
        ends = [(weaned, "weaned"), (stopped, "operation_or_transplant")]
        ends += [(events["code"][chosen & (events["value"] == value)], word) for value, word in _ENDS.items()]
        for agents, end in ends:
            for agent, number in zip(*np.unique(agents, return_counts=True), strict=True):
                yield f"{e.LOG_KINDS[kind]}: {c.AGENTS[agent]}, {end}", int(number)
    resumed = events["code"][(events["kind"] == e.LOG_AGENT_START) & (events["value"] == 1.0)]
    for agent, number in zip(*np.unique(resumed, return_counts=True), strict=True):
        yield f"agent_start: {c.AGENTS[agent]}, resumed", int(number)


def _of_spleens(events: Any) -> Iterator[tuple[str, int]]:
    """Each size to which the spleen came, for good or with an agent."""
    changes = events[events["kind"] == e.LOG_SPLEEN_SIZE]
    for value, how in ((1.0, "for good"), (0.0, "with an agent")):
        for size, number in zip(*np.unique(changes["code"][changes["value"] == value], return_counts=True), strict=True):
            yield f"spleen_size: {c.SPLEENS[size]}, {how}", int(number)


def _of_patients(result: BlockResult) -> Iterator[tuple[str, int]]:
    """Patients by genotype, sex and lineages, with each milestone reached and each counter above zero."""
    rows = result.rows
    for genotype, word in enumerate(c.GENOTYPES):
        yield f"genotype: {word}", int((rows["genotype"] == genotype).sum())
    for sex, word in enumerate(c.SEXES):
        yield f"sex: {word}", int((rows["sex"] == sex).sum())
    for mask in range(1, 8):
        yield f"patient: {lineages(mask)}", int((rows["lineages"] == mask).sum())
    for milestone in MILESTONES:
        yield f"milestone: {milestone}", int((rows[milestone] < c.NEVER).sum())
    for place, counter in enumerate(COUNTERS):
        yield f"counter: {counter}", int((result.counters[:, -1, place] > 0.0).sum())


def _of_books(result: BlockResult) -> Iterator[tuple[str, int]]:
    """Pairs of year and age band with anything in an account: a lower bound of how often it was used."""
    used = (result.books[..., 0] != 0.0).sum(axis=(0, 1))
    for place, (component, cause) in enumerate(ACCOUNTS):
        yield f"account: {component}, {cause}", int(used[place])


def tally(result: BlockResult) -> Tally:
    """How often each thing occurred in a block whose events were kept."""
    found: Tally = Counter()
    of_events = (_of_entries, _of_codes, _of_flares, _of_stops, _of_spleens)
    for names in (*(reader(result.events) for reader in of_events), _of_patients(result), _of_books(result)):
        for name, number in names:
            found[name] += number
    return found


def _expected_of_agents(ledger: Ledger) -> Iterator[str]:
    for agent in c.AGENTS:
        if ledger[f"drug.{agent}.course_infusions"].value > 0.0:
            yield from (f"{kind}: {agent}" for kind in ("course_start", "course_answer", "course_stop"))
            yield from (f"course_stop: {agent}, {end}" for end in ("no_answer", "response_lost", "operation_or_transplant"))
        else:
            yield from (f"{kind}: {agent}" for kind in ("agent_start", "agent_answer", "agent_stop"))
            yield from (f"agent_stop: {agent}, {end}" for end in (*_ENDS.values(), "weaned", "operation_or_transplant"))
            yield f"agent_start: {agent}, resumed"


def _expected_of_cytopenia() -> Iterator[str]:
    yield from (f"flare: {lineages(mask)}" for mask in range(1, 8))
    yield from (f"patient: {lineages(mask)}" for mask in range(1, 8))
    yield from (f"flare: {severity}, {mechanism}" for severity in c.SEVERITIES for mechanism in c.MECHANISMS)
    yield from (f"flare_end: {severity}" for severity in c.SEVERITIES)
    yield from (f"phase: {phase}" for phase in c.EPISODE_PHASES)
    yield from (f"entry: {size}" for size in c.SPLEENS)
    yield from ("spleen_size: none, for good", "spleen_size: moderate, for good")
    yield from (f"spleen_size: {size}, with an agent" for size in ("none", "moderate", "massive"))


def expected(ledger: Ledger) -> tuple[str, ...]:
    """Everything that should occur, from the registries."""
    return (
        *(entry for entry in e.ENTRIES if entry not in _UNLOGGED),
        *e.HAPPENINGS,
        *(f"death: {cause}" for cause in c.CAUSES_OF_DEATH),
        *("severe_bleed: severe", "severe_bleed: intracranial", "gcsf: begins", "gcsf: ends"),
        *("steroid_dose: oral", "steroid_dose: intravenous"),
        *_expected_of_cytopenia(),
        *_expected_of_agents(ledger),
        *(f"genotype: {genotype}" for genotype in c.GENOTYPES),
        *(f"sex: {sex}" for sex in c.SEXES),
        *(f"milestone: {milestone}" for milestone in MILESTONES),
        *(f"counter: {counter}" for counter in COUNTERS),
        *(f"account: {component}, {cause}" for component, cause in ACCOUNTS),
    )


# Strategies

NEUTRAL_STEP: Final = {
    "if_severity": c.ANY,
    "if_mechanism": c.ANY,
    "if_answering_agent": c.ANY,
    "if_hypersplenism": c.ANY,
    "minimum_age_years": 0.0,
    "maximum_age_years": c.NEVER,
    "ivig": c.IVIG_NEVER,
}
NEUTRAL_LINE: Final = {
    "minimum_age_years": 0.0,
    "maximum_age_years": c.NEVER,
    "spleens": (1 << len(c.SPLEENS)) - 1,
    "if_mechanism": c.ANY,
    "if_hypersplenism": c.ANY,
    "lineages_any": 0,
    "flare_lineages_any": 0,
    "lineages_only": 0,
    "after": 0,
    "tried": 0,
    "minimum_flares": 0,
    "occasions": 0,
    "bridge": 0,
    "uptake": 1.0,
}
"""A condition that asks nothing, by field."""
_NEUTRAL_STRATEGY: Final = {
    "start_delay_years": 0.0,
    "flare_window_years": c.NEVER,
    "wean_allowed": 0,
    "gcsf_allowed": 0,
    "severe_flare_on_agent": c.ON_AGENT_PULSE,
    "prevention_uptake": 0.0,
    "prevention_adherence": 0.0,
    "drug_levels": 0,
    "splenectomy_for_splenomegaly_per_year": 0.0,
    "intended_treatments": len(c.TREATMENTS),
}
"""A feature of a strategy left out, by field."""
_MASKS: Final = {
    "spleens": c.SPLEENS,
    "lineages_any": c.LINEAGES,
    "flare_lineages_any": c.LINEAGES,
    "after": c.AFTER,
    "occasions": c.TRIGGERS,
}
"""Fields that are sets of words any one of which is enough, with their vocabularies."""

Variation = tuple[str, StrategyInputs]


def variations(strategy: StrategyInputs) -> Iterator[Variation]:
    """The strategy with one thing left out: a ladder step, a line, a condition of either, a word of a set, an occasion, a feature."""
    yield from _without_row(strategy, "steps", "kind", c.ACUTE_STEPS)
    yield from _without_row(strategy, "lines", "treatment", c.TREATMENTS)
    yield from _without_condition(strategy, "steps", "kind", c.ACUTE_STEPS, NEUTRAL_STEP)
    yield from _without_condition(strategy, "lines", "treatment", c.TREATMENTS, NEUTRAL_LINE)
    yield from _without_word(strategy)
    yield from _without_feature(strategy)


def _name(table: Any, row: int, field: str, words: tuple[str, ...]) -> str:
    return f"{row + 1} {words[table[field][row]]}"


def _without_row(strategy: StrategyInputs, part: str, field: str, words: tuple[str, ...]) -> Iterator[Variation]:
    table = getattr(strategy, part)
    for row in range(table.size):
        left: Any = np.delete(table, row).view(np.recarray)
        yield f"{part} {_name(table, row, field, words)}", _with(strategy, part, left)


def _without_condition(
    strategy: StrategyInputs, part: str, field: str, words: tuple[str, ...], neutral: Mapping[str, float]
) -> Iterator[Variation]:
    table = getattr(strategy, part)
    for row in range(table.size):
        for condition, value in neutral.items():
            if table[condition][row] != value:
                yield f"{part} {_name(table, row, field, words)}: {condition}", _set(strategy, part, row, condition, value)


def _without_word(strategy: StrategyInputs) -> Iterator[Variation]:
    """One word less in a set of two or more; the whole set is left out elsewhere."""
    for row in range(strategy.lines.size):
        for field, vocabulary in _MASKS.items():
            present = int(strategy.lines[field][row])
            words = [place for place in range(len(vocabulary)) if present >> place & 1]
            if present != NEUTRAL_LINE[field] and len(words) > 1:
                name = _name(strategy.lines, row, "treatment", c.TREATMENTS)
                for word in words:
                    yield f"lines {name}: {field} {vocabulary[word]}", _set(strategy, "lines", row, field, present & ~(1 << word))


def _without_feature(strategy: StrategyInputs) -> Iterator[Variation]:
    scalars = strategy.strategy
    for bit, word in enumerate(c.TRIGGERS):
        if scalars["triggers"][0] >> bit & 1 and word not in c.ALWAYS:
            yield f"occasion {word}", _set(strategy, "strategy", 0, "triggers", scalars["triggers"][0] & ~(1 << bit))
    for field, value in _NEUTRAL_STRATEGY.items():
        if scalars[field][0] != value:
            yield f"feature {field}", _set(strategy, "strategy", 0, field, value)


def _set(strategy: StrategyInputs, part: str, row: int, field: str, value: float) -> StrategyInputs:
    table = getattr(strategy, part).copy()
    table[field][row] = value
    return _with(strategy, part, table)


def _with(strategy: StrategyInputs, part: str, table: Any) -> StrategyInputs:
    changed: dict[str, Any] = {part: table}
    return replace(strategy, **changed)


def lives_changed(position: int, varied: Lives, blocks: int, count: int, enough: int) -> int:
    """Patients whose lives change, counted block by block until there are enough."""
    changed = 0
    for block in range(blocks):
        changed += int(changed_patients(baseline(position, block, count), varied.live(block, count)).sum())
        if changed >= enough:
            break
    return changed


def unused_parts(blocks: int, count: int, enough: int, skipped: Collection[str] = ()) -> list[str]:
    """Parts of the shipped strategies whose removal changes fewer lives than asked for, as `scenario/strategy: part`.

    A strategy that stands word for word in several scenarios is tried in the first.
    """
    unused, tried = [], set()
    for position, lives in enumerate(shipped_lives()):
        own = lives.inputs.strategies[lives.strategy]
        text = tuple(table.tobytes() for table in (own.strategy, own.steps, own.lines))
        parts = () if text in tried else variations(own)
        tried.add(text)
        for part, strategy in parts:
            name = f"{lives.label}: {part}"
            if name not in skipped and lives_changed(position, lives.with_strategy(strategy), blocks, count, enough) < enough:
                unused.append(name)
    return unused
