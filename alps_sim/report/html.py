"""The report: one page that carries everything within, to read on a screen or on paper.

No request leaves the page and nothing in it tells when or where it was made: equal runs give equal bytes.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from alps_sim.analysis.sweep import Sweep
from alps_sim.evidence.ledger import GRADES
from alps_sim.report.answer import ANSWER_OUTCOMES, MAIN_DIFFERENCE, span
from alps_sim.report.comparable import footnote
from alps_sim.report.content import ReportContent
from alps_sim.report.driven import driven_note
from alps_sim.report.tradeoff import caveat, trade_offs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REPORT: Final = "report.html"
FIGURES: Final = "figures"
TEMPLATE: Final = "report.html.j2"

RESTS_ON: Final = {
    "survival": (
        "opsi_mean_rate_per_year",
        "opsi_fatality_probability",
        "splenectomy_operative_death_probability",
        "cytopenia_death_probability",
    ),
    "opsi_deaths": ("opsi_mean_rate_per_year", "opsi_shape", "opsi_fatality_probability", "prevention_rate_ratio", "sepsis_multiplier_cap"),
    "relapse_after_splenectomy": ("relapse_after_splenectomy_shape", "relapse_after_splenectomy_scale_years"),
    "steroid_exposure": (
        "flare_rate_young_per_year",
        "breakthrough_per_year",
        "maintenance_prednisone_mg_per_kg_per_day",
        "methylprednisolone_prednisone_equivalence",
    ),
}
"""Parameters that each figure leans on most."""


def write_report(content: ReportContent, folder: Path) -> Path:
    """Draw the figures and write the report.

    Parameters
    ----------
    content
        What it tells.
    folder
        The results folder; figures go into `figures/` within it.

    Returns
    -------
    pathlib.Path
        `report.html` in the folder.
    """
    from alps_sim.plots.images import data_uri, save

    pictures = {name: data_uri(save(figure, folder / FIGURES, name)[1]) for name, figure in draw_figures(content).items()}
    if content.lives is not None:
        pictures["lives"] = data_uri(content.lives.figure)
    path = folder / REPORT
    path.write_text(render(content, pictures), encoding="utf-8", newline="\n")
    return path


def draw_figures(content: ReportContent) -> dict[str, "Figure"]:
    """All figures of the report, by file name without ending.

    Parameters
    ----------
    content
        What they show.
    """
    # drawing libraries take a second to load, which a run's first number must not wait for
    from alps_sim.plots.causes import causes_figure
    from alps_sim.plots.curves import opsi_death_figure, relapse_figure, survival_figure
    from alps_sim.plots.exposure import steroid_figure
    from alps_sim.plots.headline import headline_figure
    from alps_sim.plots.icons import icon_figure
    from alps_sim.plots.spread import spread_figure
    from alps_sim.plots.sweep import sweep_figure
    from alps_sim.plots.treatments import treatment_figure
    from alps_sim.report.tables import relapse_points

    shared = (content.window, content.parameter_uncertainty)
    equivalence = content.values["methylprednisolone_prednisone_equivalence"]
    figures = {
        "headline": headline_figure(content.summary, *shared, marked=content.unlike),
        "survival": survival_figure(content.survival, *shared),
        "opsi_deaths": opsi_death_figure(content.survival, *shared),
        "causes_of_death": causes_figure(content.summary, *shared),
        "relapse_after_splenectomy": relapse_figure(content.survival, relapse_points()),
        "steroid_exposure": steroid_figure(content.summary, content.resources, equivalence, *shared),
        "steroid_spread": spread_figure(content.spread),
        "treatments": treatment_figure(content.treatments),
        "hundred_patients": icon_figure(content.fates, content.fate_shares, content.unlike.get("treatment_failure", ())),
    }
    swept = {sweep_figure_name(sweep, outcome): sweep_figure(sweep, outcome) for sweep, outcome in _swept(content)}
    return {name: figure for name, figure in {**figures, **swept}.items() if figure is not None}


def sweep_figure_name(sweep: Sweep, outcome: str) -> str:
    """File name of the figure of one outcome of a sweep, without ending."""
    return f"sweep_{sweep.varied[0].variation.parameter}_{outcome}"


def _swept(content: ReportContent) -> Iterator[tuple[Sweep, str]]:
    """Each sweep with each of its outcomes."""
    for sweep in content.sweeps:
        for outcome in sweep.table["outcome"].unique():
            yield sweep, str(outcome)


def render(content: ReportContent, pictures: Mapping[str, str]) -> str:
    """The page as text.

    Parameters
    ----------
    content
        What it tells.
    pictures
        `data:` addresses of the figures by name.
    """
    environment = Environment(
        loader=PackageLoader("alps_sim.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(TEMPLATE).render(**_context(content), pictures=pictures)


def _footnotes(content: ReportContent) -> list[str]:
    """What the marks in the answer mean."""
    from alps_sim.scenario.phrases import heading

    notes = [footnote(outcome, content.unlike, heading) for outcome in ANSWER_OUTCOMES]
    return [
        note for note in (*notes, driven_note(content.parameter_uncertainty, ANSWER_OUTCOMES, content.window, [MAIN_DIFFERENCE])) if note
    ]


def _context(content: ReportContent) -> dict[str, Any]:
    """All that the template names."""
    from alps_sim.plots.theme import strategy_styles
    from alps_sim.scenario.phrases import heading

    return {
        "content": content,
        "scenario": content.scenario,
        "window": content.window,
        "span": span(content.window),
        "words": heading,
        "grades": GRADES,
        "styles": strategy_styles(list(content.scenario.strategies)),
        "draws": None if content.parameter_uncertainty is None else int(content.parameter_uncertainty["draws"].iloc[0]),
        "patients": int(content.summary["n"].iloc[0]),
        **_of_the_answer(content),
        **_of_the_sweeps(content),
        **_of_the_evidence(content),
        **_of_what_was_published(content),
    }


def _of_the_answer(content: ReportContent) -> dict[str, Any]:
    """The answer, the strategies, the table of outcomes, and what a service must provide."""
    from alps_sim.report import tables
    from alps_sim.report.needs import needs
    from alps_sim.report.paragraph import answer_paragraph
    from alps_sim.scenario.phrases import heading

    scenario, window, uncertainty = content.scenario, content.window, content.parameter_uncertainty
    estimates = (content.summary, content.differences, uncertainty, window)
    return {
        "paragraph": answer_paragraph(content),
        "answer": tables.answer_columns(*estimates, content.unlike),
        "compared": bool(len(content.differences)),
        "shows": tables.described(scenario.shows, scenario.strategies),
        "descriptions": {
            name: tables.described(strategy.description, scenario.strategies) for name, strategy in scenario.strategies.items()
        },
        "trade_offs": trade_offs(content.differences, uncertainty, window, content.unlike, heading),
        "caveat": caveat(uncertainty),
        "footnotes": _footnotes(content),
        "failure_note": footnote("treatment_failure", content.unlike, heading),
        "outcomes": tables.outcome_rows(*estimates, content.currency, content.unlike),
        "needs": needs(content.resources, window, content.currency),
    }


def _of_the_sweeps(content: ReportContent) -> dict[str, Any]:
    """Where the answer would change."""
    from alps_sim.report import tables
    from alps_sim.report.sweep import flip_sentences, heading

    return {
        "sweeps": [
            (sweep, [sweep_figure_name(sweep, str(outcome)) for outcome in sweep.table["outcome"].unique()]) for sweep in content.sweeps
        ],
        "flip_sentences": flip_sentences,
        "sweep_heading": heading,
        "described": lambda text: tables.described(text, content.scenario.strategies),
        "note_of": lambda name: tables.assumption(content.ledger, name, content.values, content.scenario.parameters).note,
    }


def _of_the_evidence(content: ReportContent) -> dict[str, Any]:
    """What was assumed, fitted, read and set."""
    from alps_sim.report import tables

    about = (content.ledger, content.values, content.scenario.parameters)
    listed, fitted = tables.assumptions(*about), tables.fitted_parameters(*about)

    def told(name: str) -> tables.Assumption:
        return tables.assumption(content.ledger, name, content.values, content.scenario.parameters)

    return {
        "assumptions": listed,
        "assumption_count": sum(len(entries) for entries in listed.values()),
        "fitted": fitted,
        "fitted_count": sum(entry.calibrated for entries in fitted.values() for entry in entries),
        "rests_on": {name: [told(parameter) for parameter in parameters] for name, parameters in RESTS_ON.items()},
        "readings": tables.readings_taken(content.scenario.readings),
        "overrides": [(told(name), given) for name, given in content.scenario.parameters.items()],
    }


def _of_what_was_published(content: ReportContent) -> dict[str, Any]:
    """Published figures beside simulated ones: of a replica, and of the validation that comes with the program."""
    from alps_sim.report.published import HEADINGS, comparisons
    from alps_sim.report.validated import validated

    compared, not_simulated = comparisons(content.scenario, content.predictions) if content.predictions is not None else ({}, [])
    return {
        "comparisons": compared,
        "not_simulated": not_simulated,
        "validated": validated(content.ledger),
        "validation_headings": HEADINGS,
    }
