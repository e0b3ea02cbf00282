"""Tables of the documents that come out of shipped files, written anew with `make tables` after a fit or a study.

Each stands in its page between two comments, `<!-- begin NAME -->` and `<!-- end NAME -->`; tests/test_docs.py holds that nothing
else stands there. Prose around them is written by hand.
"""

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path, PurePath
from typing import Any, Final

import pandas as pd

from alps_sim.calibration.blocks import is_share
from alps_sim.evidence.ledger import GRADES, Ledger, load_ledger
from alps_sim.evidence.posterior import LEARNED, POSTERIOR, fitted_readings, load_posterior
from alps_sim.evidence.targets import Target, load_targets, not_simulated
from alps_sim.outcomes.stored import read_table
from alps_sim.report.published import verdicts
from alps_sim.report.robustness_page import difference_table, markdown, order_table
from alps_sim.report.validated import shipped_table
from alps_sim.scenario.phrases import heading

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
STUDY: Final = DOCS / "data" / "robustness.csv"
"""`alps-sim robustness` of the main scenario, as docs/robustness.md tells it; robustness.json beside it names its rules and fit."""
UNSEEN: Final = DOCS / "data" / "unseen.csv"
"""Of `make unseen`."""
NOTICED_SD: Final = 1.0
"""Move of a published figure, in standard deviations of chance, from which a defect would be noticed: the criterion of the fit."""
SURGERY: Final = "early_splenectomy"
STRUCTURES: Final[Mapping[str, str]] = {
    "as taken": "own relapse clock; frailty; one episode or more; alive at enrolment",
    "damped_flares": "relapse as flares damped",
    "recurrence": "an episode raises the risk of the next",
    "at_least_two": "two episodes or more in 27 of 66",
    "all": "deaths before enrolment seen too",
}
"""Fits of the cohort, with what each says."""
FIGURES: Final[Mapping[str, str]] = {
    "septic_after_splenectomy": "sepsis",
    "opsi_deaths": "OPSI deaths",
    "relapse_4_years": "relapse at 4 y",
    "relapse_20_years": "relapse at 20 y",
    "episodes_per_septic_patient": "episodes per septic patient",
}
"""Shown of each fit, with the published ones in brackets."""
PARAMETERS: Final[Mapping[str, str]] = {
    "opsi_mean_rate_per_year": "OPSI per year, mean over 13 y",
    "opsi_fatality_probability": "fatality of an episode",
}


def learned_table() -> str:
    """What the shipped fit made of each parameter."""
    rows = [
        [
            f"`{row['parameter']}`",
            _interval(row, "prior_"),
            _interval(row, ""),
            f"{row['contraction']:.3f} ± {row['contraction_error']:.3f}",
            str(row["label"]),
        ]
        for row in pd.read_csv(POSTERIOR / LEARNED).to_dict("records")
    ]
    return markdown(["Parameter", "prior", "posterior", "contraction", ""], rows)


def _interval(row: Mapping[Any, Any], prefix: str) -> str:
    return f"{row[f'{prefix}mean']:.3g} ({row[f'{prefix}low']:.3g} to {row[f'{prefix}high']:.3g})"


def structures_table() -> str:
    """The cohort fitted under other structures, beside the fit as taken: figures, parameters, and what the main scenario makes of them."""
    folders = {"as taken": POSTERIOR} | {folder.name: folder for folder in fitted_readings().values()}
    figures = {name: pd.read_csv(folder / "figures.csv").set_index("figure")["mean"] for name, folder in folders.items()}
    learned = {name: pd.read_csv(folder / LEARNED).set_index("parameter")["mean"] for name, folder in folders.items()}
    names = list(STRUCTURES)
    rows = [["what it says", *STRUCTURES.values()]]
    for target in (target for target in load_targets() if target.identifier in FIGURES):
        shown = [_figure(figures[name].get(target.identifier), target) for name in names]
        published = f"{'over ' if target.bound else ''}{_figure(target.observed.value, target)}"
        rows.append([f"{FIGURES[target.identifier]} ({published})", *shown])
    rows += [[words, *(f"{learned[name][parameter]:.3f}" for name in names)] for parameter, words in PARAMETERS.items()]
    more = [f"{1000 * _opsi_deaths(name):+.0f}" for name in names]
    rows.append(["early splenectomy less mycophenolate first, OPSI deaths per 1,000 in 20 y", *more])
    return markdown(["", *(name if name == "as taken" else f"`{name}`" for name in names)], rows)


def _figure(value: float | None, target: Target) -> str:
    if value is None:
        return "not fitted"
    return f"{100 * value:.3g}%" if is_share(target) else f"{value:.2f}"


def _opsi_deaths(structure: str) -> float:
    study = read_table(STUDY)
    alternative = "base case" if structure == "as taken" else f"{structure}, fitted anew"
    (row,) = study[
        (study["alternative"] == alternative)
        & (study["strategy"] == SURGERY)
        & (study["outcome"] == "opsi_deaths")
        & (study["window_years"] == "20")
    ].to_dict("records")
    return float(row["difference"])


def unseen_table() -> str:
    """Each fitted parameter at an end of its prior: the figure that moves most."""
    rows = []
    for row in pd.read_csv(UNSEEN).to_dict("records"):
        seen = "seen" if abs(row["moves_sd"]) >= NOTICED_SD else "not seen"
        cells = [
            f"`{row['parameter']}`",
            f"{row['fitted']:.3g} to {row['moved_to']:.3g}",
            str(row["figure"]),
            f"{row['moves_sd']:+.2f}",
            seen,
        ]
        rows.append(cells)
    return markdown(["Parameter", "moved from and to", "figure that moves most", "by SD", ""], rows)


def parameters_tables() -> str:
    """Every parameter with its value, unit, range, grade, source and note, file by file."""
    ledger = load_ledger()
    parts = []
    for file, names in groupby(ledger.parameters, key=lambda name: ledger[name].file):
        rows = [_parameter_row(ledger, name) for name in names]
        table = markdown(["Parameter", "value", "unit", "range", "grade", "source", "note"], rows)
        parts.append(f"### {heading(PurePath(file).stem)}\n\n{table}")
    return "\n\n".join(parts)


def grades_table() -> str:
    """What the grades mean."""
    return markdown(["Grade", "What it means"], [[grade, meaning] for grade, meaning in GRADES.items()])


def _parameter_row(ledger: Ledger, name: str) -> list[str]:
    parameter, (low, high), told = ledger[name], ledger.intervals[name], ledger.contraction(name)
    spread = "fixed" if low == high else f"{low:.3g} to {high:.3g}"
    grade = parameter.grade if told is None else f"{parameter.grade}, fitted: {told.label}"
    texts = parameter.word or f"{parameter.value:.4g}", parameter.unit, spread, grade, parameter.source, parameter.note
    return [f"`{name}`", *(" ".join(text.replace("|", "or").split()) for text in texts)]


def counts_text() -> str:
    """How many published figures agree, of the shipped comparison."""
    return f"```\n{verdicts(shipped_table())}\n```"


def not_simulated_table() -> str:
    """What was published and the model cannot produce."""
    return markdown(["Published", "Why it is not simulated"], [[one.description, one.reason] for one in not_simulated()])


TABLES: Final[Mapping[str, Mapping[str, Callable[[], str]]]] = {
    "calibration.md": {"learned": learned_table, "structures": structures_table, "unseen": unseen_table},
    "parameters.md": {"grades": grades_table, "parameters": parameters_tables},
    "validation.md": {"counts": counts_text, "not_simulated": not_simulated_table},
    "robustness.md": {
        "order": lambda: order_table(read_table(STUDY)),
        "differences": lambda: difference_table(read_table(STUDY), SURGERY),
    },
}
"""By page and name."""


def page_with(tables: Mapping[str, Callable[[], str]], page: str) -> str:
    """A page with its tables made anew.

    Parameters
    ----------
    tables
        By the name in the comments; each must be there once.
    page
        As it is.
    """
    for name, made in tables.items():
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
        before, rest = page.split(begin)
        page = f"{before}{begin}{made()}\n{end}{rest.split(end)[1]}"
    return page


def write(pages: Sequence[str] = tuple(TABLES)) -> None:
    """Write the tables into their pages.

    Parameters
    ----------
    pages
        All if not given.
    """
    for name in pages:
        path = DOCS / name
        path.write_text(page_with(TABLES[name], path.read_text(encoding="utf-8")), encoding="utf-8")


def take_study(folder: Path) -> None:
    """Keep a study of robustness as that of the page: its table and figure, and under which rules and fits it was made.

    Parameters
    ----------
    folder
        Of `alps-sim robustness`.
    """
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    told = {key: about[key] for key in ("rules", "posterior")} | {"readings": fits_of_readings()}
    told |= {key: about["scenario"][key] for key in ("name", "patients")}
    STUDY.with_suffix(".json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    shutil.copyfile(folder / STUDY.name, STUDY)
    shutil.copyfile(folder / "figures" / "robustness.png", DOCS / "images" / "robustness.png")


def fits_of_readings() -> dict[str, str]:
    """Identity of each shipped fit under another reading."""
    found = {folder.name: load_posterior(folder) for folder in fitted_readings().values()}
    return {name: posterior.blocks[0].identity for name, posterior in found.items() if posterior is not None}


if __name__ == "__main__":
    for study in sys.argv[1:]:
        take_study(Path(study))
    write()
