"""What the ledger holds is read, and what is read is in the ledger."""

from pathlib import Path

import pytest

from alps_sim.evidence.describe import describe_parameter, describe_reading
from alps_sim.evidence.errors import EvidenceError
from alps_sim.evidence.ledger import load_ledger, rule_parameter_names
from alps_sim.evidence.readings import load_readings
from alps_sim.evidence.usage import PACKAGE, SCENARIOS, attribute_reads, find_uses, source_files, uses_of
from alps_sim.rules.state import STATE_DTYPE
from alps_sim.rules.world import LINE_DTYPE, STEP_DTYPE, STRATEGY_DTYPE

LEDGER = load_ledger()
MODEL = ("rules", "population.py", "scenario", "evidence")
"""What makes patients' lives; reports and the independent check do not count as readers."""
RULES = tuple(sorted((PACKAGE / "rules").glob("*.py")))

SOURCE = '''
"""The name alpha_share stands in a docstring."""

PREFIXES = ("gamma_share",)


def rule(world, values, agent, field):
    # beta_share stands in a comment
    p = world.parameters
    total = p.delta_share + world.parameters.epsilon_share
    return total + values[f"drug.{agent}.dose_{field}"] + values["zeta_share"]
'''


def sample(tmp_path: Path) -> tuple[Path, ...]:
    (tmp_path / "sample.py").write_text(SOURCE, encoding="utf-8")
    return (tmp_path / "sample.py",)


def test_every_parameter_of_the_ledger_is_read_somewhere() -> None:
    model = tuple(path for path in source_files() if path.relative_to(PACKAGE).parts[0] in MODEL)
    scenarios = tuple(sorted(SCENARIOS.glob("*.yaml")))
    unread = [name for name, uses in find_uses(LEDGER.parameters, (*model, *scenarios)).items() if not uses]
    assert unread == []


def test_every_parameter_that_a_rule_reads_is_in_the_ledger() -> None:
    reads = attribute_reads(RULES)
    names = set(rule_parameter_names(LEDGER))
    assert len(reads) > 100
    assert {name: str(use) for name, use in reads.items() if name not in names} == {}


def test_no_parameter_has_the_name_of_another_field_so_that_a_read_is_told_by_its_name() -> None:
    fields = {name for dtype in (STATE_DTYPE, STRATEGY_DTYPE, STEP_DTYPE, LINE_DTYPE) for name in dtype.names or ()}
    assert fields & set(rule_parameter_names(LEDGER)) == set()


def test_docstrings_and_comments_are_no_uses(tmp_path: Path) -> None:
    uses = find_uses(["alpha_share", "beta_share"], sample(tmp_path))
    assert uses == {"alpha_share": (), "beta_share": ()}


def test_attributes_texts_and_texts_with_gaps_are_uses_with_their_lines(tmp_path: Path) -> None:
    names = ["gamma_share", "delta_share", "epsilon_share", "zeta_share", "drug.mmf.dose_mg", "drug.mmf.effect_shape"]
    uses = find_uses(names, sample(tmp_path))
    assert {name: [use.line for use in found] for name, found in uses.items()} == {
        "gamma_share": [4],
        "delta_share": [10],
        "epsilon_share": [10],
        "zeta_share": [11],
        "drug.mmf.dose_mg": [11],
        "drug.mmf.effect_shape": [],
    }


def test_reads_from_the_record_are_found_under_any_local_name(tmp_path: Path) -> None:
    assert set(attribute_reads(sample(tmp_path))) == {"delta_share", "epsilon_share"}


def test_the_ledger_does_not_count_as_its_own_reader() -> None:
    places = {path.relative_to(PACKAGE).as_posix() for path in source_files()}
    assert {place for place in places if place.startswith("evidence/")} == {"evidence/tables.py"}
    assert "rules/world.py" not in places


def test_one_parameter_is_described_in_full() -> None:
    text = describe_parameter("opsi_mean_rate_per_year")
    parameter = LEDGER["opsi_mean_rate_per_year"]
    for part in (
        f"{parameter.value:g} (per year)",
        "0.011 to 0.08",
        str(parameter.distribution),
        "ASSUMED",
        "Blood 2010",
        f"{parameter.file}:{parameter.line}",
    ):
        assert part in text
    assert "0.73 x opsi_mean_rate_per_year if historical_prevention is read as not_contained" in text
    assert str(uses_of("opsi_mean_rate_per_year")[0]) in text


def test_words_are_described_as_words() -> None:
    assert "value          per_kg (" in describe_parameter("drug.ciclosporin.dose_basis")
    assert "value          yes (" in describe_parameter("drug.mmf.is_immunosuppressive")


def test_every_parameter_and_reading_can_be_described() -> None:
    for name in LEDGER.parameters:
        assert describe_parameter(name).startswith(f"{name}\n")
    for identifier in load_readings():
        assert describe_reading(identifier).count("(taken)") == 1


def test_what_a_reading_puts_into_strategies_is_described() -> None:
    told = " ".join(describe_reading("flares_before_early_surgery").split())
    assert "flare_window_years = 1 in the strategies" in told


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(EvidenceError, match="did you mean `opsi_shape`"):
        describe_parameter("opsi_shap")
