"""The bookkeeping check of every run fails when a clock is kept badly.

Defects are planted in a copy of the rules, one at a time, and a few hundred short lives are lived by them as plain Python, in a
process of their own. In these lives diabetes raises the hazard of sepsis, and the hazard of Hodgkin lymphoma goes up and down on birthdays;
whoever keeps clocks badly must fail there. The check itself sees only what any run hands it.

Credit lost once, by a clock that later goes further than what it lost, leaves the mean residual at zero: what is recorded is then the
martingale of another, slower life. So lost credit needs a hazard that changes often, as most of the model's do.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

Defect = tuple[str, str]
"""Text of `alps_sim/rules/clocks.py` and what takes its place."""

ADVANCE: Final = "    advance_clock(clock, patient.time)\n    clock.since = patient.time\n    clock.form = form\n    clock.rate = rate\n"
SET_ANEW: Final = "    clock.origin = origin\n    set_next_time(patient, process)\n"

DEFECTS: Final[dict[str, Defect]] = {
    "stale next time": (SET_ANEW, SET_ANEW.replace("    set_next_time(patient, process)\n", "")),
    "lost credit": (ADVANCE, ADVANCE.replace("    advance_clock(clock, patient.time)\n", "")),
    "next time from the whole credit": ("max(clock.target - clock.used, 0.0)", "clock.target"),
    "credit of the last event not used up": ("    clock.used = clock.target\n", ""),
}

LIVES: Final = """
import json
from pathlib import Path

import alps_sim
from alps_sim.evidence.ledger import load_ledger
from alps_sim.outcomes.accumulate import KnownMeans, Totals, block_moments
from alps_sim.outcomes.bookkeeping import bookkeeping
from alps_sim.scenario.loader import load_scenario
from alps_sim.scenario.translate import translate
from tests import worlds

scenario = load_scenario(Path("scenarios") / "early_splenectomy_vs_mmf_sirolimus.yaml")
inputs = translate(scenario, scenario.parameter_values(load_ledger()))
changes = {"sepsis_with_spleen_per_year": 0.5, "diabetes_per_year": 1.0, "diabetes_sepsis_ratio": 6.0, "sepsis_multiplier_cap": 6.0}
inputs = worlds.with_strategy(worlds.quiet(inputs, 5.4, 3.7, hodgkin_incidence_ratio=1.0, **changes), {"visit_interval_years": 10.0})
inputs.lymphoma_per_year[0, :, 0::2], inputs.lymphoma_per_year[0, :, 1::2] = 0.5, 0.4
result = worlds.live(worlds.with_windows(inputs), 500)
totals = Totals(1, 1, 0)
totals.add(block_moments([result], 0, KnownMeans()))
check = bookkeeping(totals, ["planted"])
table = check.table.set_index("process")
failed = list(table.index[table["result"] == "FAIL"])
print(json.dumps({"passed": check.passed, "failed": failed, "events": table["events"].to_dict(), "home": alps_sim.__path__[0]}))
"""


def copy_of(root: Path, place: Path) -> Path:
    """What the lives need, in another place: the package, the helpers of the tests, the scenarios."""
    left_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(root / "alps_sim", place / "alps_sim", ignore=left_out)
    shutil.copytree(root / "scenarios", place / "scenarios")
    (place / "tests").mkdir()
    for name in ("__init__.py", "worlds.py"):
        shutil.copy(root / "tests" / name, place / "tests" / name)
    return place


def plant(place: Path, defect: Defect) -> None:
    """Alter one place of the copy's clocks."""
    path = place / "alps_sim" / "rules" / "clocks.py"
    text, (right, wrong) = path.read_text(encoding="utf-8"), defect
    assert text.count(right) == 1, f"expected once in {path.name}: {right!r}; correct the defect to what the rules say now"
    path.write_text(text.replace(right, wrong), encoding="utf-8")


def check_lives(place: Path) -> Any:
    """Live by the rules of a copy, uncompiled, and do the bookkeeping check."""
    environment = {**os.environ, "ALPS_SIM_JIT": "0"}
    environment.pop("PYTHONPATH", None)
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", LIVES], cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    outcome = json.loads(process.stdout)
    assert Path(outcome["home"]) == place / "alps_sim", "the copy must be what is run"
    return outcome


def test_right_clocks_pass_with_enough_events_to_judge(root: Path, tmp_path: Path) -> None:
    outcome = check_lives(copy_of(root, tmp_path))
    assert outcome["passed"], outcome["failed"]
    assert min(outcome["events"]["sepsis"], outcome["events"]["hodgkin_lymphoma"]) > 300


@pytest.mark.parametrize("name", DEFECTS)
def test_a_badly_kept_clock_fails(root: Path, tmp_path: Path, name: str) -> None:
    plant(copy_of(root, tmp_path), DEFECTS[name])
    outcome = check_lives(tmp_path)
    assert not outcome["passed"]
    assert {"sepsis", "hodgkin_lymphoma"} & set(outcome["failed"])
