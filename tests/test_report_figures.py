"""Figures: labelled with units, the same colour for a strategy everywhere, what they show equal to the tables, the same bytes again."""

import re
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from alps_sim import plots
from alps_sim.plots import theme
from alps_sim.plots.curves import opsi_death_figure, relapse_figure, survival_figure
from alps_sim.plots.exposure import daily_dose_by_year, dose_by_stretch, steroid_figure
from alps_sim.plots.images import FORMATS, save
from alps_sim.plots.points import PublishedPoint
from alps_sim.report.html import draw_figures
from alps_sim.report.tables import relapse_points
from alps_sim.scenario.phrases import heading
from tests.test_report_answer import STRATEGIES, content, estimates

FIGURES = (
    "headline",
    "survival",
    "opsi_deaths",
    "causes_of_death",
    "relapse_after_splenectomy",
    "steroid_exposure",
    "steroid_spread",
    "treatments",
    "hundred_patients",
)
POINTS = (PublishedPoint(4.0, 30.0, False, "thirty"), PublishedPoint(20.0, 70.0, True, "more than seventy"))


def _drawn(figure: Figure) -> list[Axes]:
    """Panels that show data; the rows of numbers at risk have no axes."""
    return [axis for axis in figure.get_axes() if axis.axison]


def _texts(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(mpl.text.Text))


def _vertical_bars(axis: Axes) -> Iterator[tuple[float, list[float], str]]:
    """Time, ends and colour of the bars of parameter uncertainty."""
    for line in axis.lines:
        times, values = (np.asarray(data, dtype=float) for data in (line.get_xdata(), line.get_ydata()))
        if times.size == 2 and times[0] == times[1] and line.get_color() != "white":
            yield float(times[0]), values.tolist(), to_hex(line.get_color())


def _legend_colours(figure: Figure) -> dict[str, str]:
    """Colour of each line of the legend by its text; none of a figure whose legend is of something else than lines."""
    legends = figure.legends
    pairs = [pair for legend in legends for pair in zip(legend.get_texts(), legend.get_lines(), strict=False)]
    return {text.get_text(): to_hex(line.get_color()) for text, line in pairs}


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    return draw_figures(content())


def test_report_has_its_figures(figures: dict[str, Figure]) -> None:
    assert tuple(figures) == FIGURES


@pytest.mark.parametrize("name", FIGURES)
def test_every_axis_names_its_unit(figures: dict[str, Figure], name: str) -> None:
    for axis in _drawn(figures[name]):
        assert re.search(r"^Years since|mg|per|%", axis.get_xlabel()), axis.get_xlabel()
        assert axis.get_yticks().size == 0 or _has_names(axis) or re.search(r"\((%|mg)", axis.get_ylabel()), axis.get_ylabel()


def _has_names(axis: Axes) -> bool:
    """Whether words stand at the ticks of the vertical axis: of strategies or causes, or of nothing beside a panel that has them."""
    return all(not re.search(r"\d", label.get_text()) for label in axis.get_yticklabels())


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "steroid_spread"])
def test_bands_are_named_as_simulation_error(figures: dict[str, Figure], name: str) -> None:
    assert "95% simulation error" in _texts(figures[name])


@pytest.mark.parametrize("name", FIGURES)
def test_years_beyond_follow_up_are_shaded(figures: dict[str, Figure], name: str) -> None:
    for axis in _drawn(figures[name]):
        if axis.get_xlabel().startswith("Years"):
            shaded = [patch for patch in axis.patches if isinstance(patch, Rectangle)]
            assert [patch.get_x() for patch in shaded] == [20.0]
            assert "extrapolation" in [text.get_text() for text in axis.texts]


def test_strategy_has_one_colour_everywhere(figures: dict[str, Figure]) -> None:
    expected = {heading(name): to_hex(theme.style(place).colour) for place, name in enumerate(STRATEGIES)}
    for name, figure in figures.items():
        found = _legend_colours(figure)
        assert found.items() <= expected.items(), name
        used = {to_hex(line.get_color()) for axis in _drawn(figure) for line in axis.lines if np.size(line.get_xdata()) > 2}
        assert used <= set(expected.values()), name


def test_colour_stays_when_a_figure_leaves_strategies_out() -> None:
    survival = content().survival
    survival = survival.assign(strategy=survival["strategy"].map({STRATEGIES[0]: "second", STRATEGIES[1]: "first"}))
    survival = pd.concat([survival[survival["strategy"] == name] for name in ("first", "second")])
    figure = relapse_figure(survival, POINTS)
    assert figure is not None
    assert _legend_colours(figure) == {"Second": to_hex(theme.style(1).colour)}


def test_styles_differ_without_colour() -> None:
    looks = [theme.style(place) for place in range(40)]
    assert len({(str(look.line), look.marker) for look in looks}) == len(looks)


def test_curves_and_numbers_at_risk_are_those_of_the_table() -> None:
    survival = content().survival
    figure = opsi_death_figure(survival, "20")
    axis, table = figure.get_axes()
    rows = survival[(survival["curve"] == "opsi_deaths") & (survival["time_years"] <= 40)]
    for name, line in zip(STRATEGIES, axis.lines, strict=True):
        mine = rows[rows["strategy"] == name]
        assert np.asarray(line.get_ydata()) == pytest.approx(100 * mine["estimate"].to_numpy())
        at_risk = mine.set_index("time_years")["at_risk"]
        texts = {text.get_text() for text in table.texts}
        assert {f"{at_risk[time]:,}" for time in axis.get_xticks()} <= texts


def test_bars_of_parameter_uncertainty_are_those_of_the_table() -> None:
    given = content()
    assert given.parameter_uncertainty is not None
    known = estimates(given.parameter_uncertainty, "comparator", "outcome", "window_years", "strategy")
    deaths = opsi_death_figure(given.survival, "20", given.parameter_uncertainty).get_axes()[0]
    alive = survival_figure(given.survival, "20", given.parameter_uncertainty).get_axes()[0]
    for axis, outcome in ((deaths, "opsi_deaths"), (alive, "deaths")):
        bars = list(_vertical_bars(axis))
        assert [colour for _, _, colour in bars] == [to_hex(theme.style(place).colour) for place in range(2)]
        for name, (time, ends, _) in zip(STRATEGIES, bars, strict=True):
            row = known["", outcome, "20", name]
            bounds = np.array([row["ci_low"], row["ci_high"]])
            assert ends == pytest.approx((100 * (1 - bounds if outcome == "deaths" else bounds)).tolist())
            assert abs(time - 20.0) < 2.0


def test_without_draws_no_bar_is_drawn_and_the_figures_say_so() -> None:
    for name, figure in draw_figures(content(draws=False)).items():
        assert not [bar for axis in _drawn(figure) if axis.get_xlabel().startswith("Years") for bar in _vertical_bars(axis)], name
        assert re.search("arameter uncertainty (is not drawn|was not run)|how uncertain", re.sub(r"\s+", " ", _texts(figure))), name


def test_bars_of_parameter_uncertainty_stand_apart_on_paper() -> None:
    given = content()
    assert given.parameter_uncertainty is not None
    axis = survival_figure(given.survival, "20", given.parameter_uncertainty).get_axes()[0]
    bars = [line for line in axis.lines if np.size(line.get_xdata()) == 2 and line.get_color() != "white"]
    first, second = (line.get_transform().transform((20.0, 90.0))[0] * 72.0 / axis.figure.dpi for line in bars)
    assert second - first > bars[0].get_linewidth() + 1.0


def test_bars_of_parameter_uncertainty_are_never_cut_off() -> None:
    given = content()
    assert given.parameter_uncertainty is not None
    wide = given.parameter_uncertainty.assign(ci_high=0.9)
    deaths = opsi_death_figure(given.survival, "20", wide).get_axes()[0]
    alive = survival_figure(given.survival, "20", wide).get_axes()[0]
    assert deaths.get_ylim()[1] >= 90.0
    assert alive.get_ylim()[0] <= 10.0


def test_published_relapse_is_drawn_with_an_arrow_for_a_lower_bound() -> None:
    figure = relapse_figure(content().survival, POINTS)
    assert figure is not None
    axis = figure.get_axes()[0]
    stars = [(line.get_xdata(), line.get_ydata()) for line in axis.lines if line.get_marker() == "*"]
    assert stars == [([4.0], [30.0]), ([20.0], [70.0])]
    arrows = [text for text in axis.texts if getattr(text, "arrow_patch", None) is not None]
    assert [(arrow.xyann, arrow.xy[1] > 70.0) for arrow in arrows] == [((20.0, 70.0), True)]  # type: ignore[attr-defined]
    assert {"thirty", "more than seventy"} <= {text.get_text() for text in axis.texts}


def test_published_relapse_comes_from_the_targets() -> None:
    assert [(point.years, point.percent, point.lower_bound) for point in relapse_points()] == [(4.0, 30.0, False), (20.0, 70.0, True)]


def test_no_relapse_figure_where_nobody_was_operated_on() -> None:
    survival = content().survival
    assert relapse_figure(survival[survival["strategy"] == STRATEGIES[1]], POINTS) is None


def test_dose_by_stretch_adds_up_to_the_totals() -> None:
    summary = content().summary
    stretches = dose_by_stretch(summary)
    means = summary.set_index(["strategy", "window_years", "outcome"])["mean"]
    for name in STRATEGIES:
        first, last = stretches[stretches["strategy"] == name].to_dict("records")
        assert (first["from_years"], first["to_years"], last["from_years"], last["to_years"]) == (0.0, 20.0, 20.0, np.inf)
        assert first["mg_per_kg_per_year_alive"] == pytest.approx(means[name, "20", "prednisone_mg_per_kg_per_year"], rel=1e-9)
        lived = means[name, "lifetime", "life_years"] - means[name, "20", "life_years"]
        total = means[name, "20", "prednisone_mg_per_kg"] + last["mg_per_kg_per_year_alive"] * lived
        assert total == pytest.approx(means[name, "lifetime", "prednisone_mg_per_kg"])


def test_daily_dose_counts_methylprednisolone_by_its_equivalence() -> None:
    used = {"life_years": 2.0, "prednisone": 730.5, "methylprednisolone": 1461.0}
    resources = pd.DataFrame({"strategy": "a", "year": 3, "item": used.keys(), "quantity": used.values()})
    assert daily_dose_by_year(resources, 1.25)["mg_per_day"].tolist() == [pytest.approx(1 + 1.25 * 2)]


def test_totals_of_steroid_are_those_of_the_table() -> None:
    given = content()
    figure = steroid_figure(given.summary, given.resources, 1.25, "20", given.parameter_uncertainty)
    axis = _drawn(figure)[-1]
    rows = given.summary[(given.summary["outcome"] == "prednisone_mg_per_kg") & (given.summary["window_years"] == "20")]
    points = [np.asarray(line.get_xdata(), dtype=float)[0] for line in axis.lines if np.size(line.get_xdata()) == 1]
    assert points == rows["mean"].tolist()


def test_saved_figures_are_the_same_bytes_again_and_have_no_date(tmp_path: Path) -> None:
    for run in ("one", "two"):
        figure = draw_figures(content())["steroid_exposure"]
        save(figure, tmp_path / run, "steroid")
    for ending in FORMATS:
        one, two = ((tmp_path / run / f"steroid.{ending}").read_bytes() for run in ("one", "two"))
        assert one == two
        assert b"<dc:date>" not in one
        assert b"Software" not in one


def test_drawing_leaves_the_settings_of_matplotlib_alone(tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    save(opsi_death_figure(content().survival, "20"), tmp_path, "deaths")
    assert dict(mpl.rcParams) == before


def test_every_figure_can_be_had_from_the_package_of_figures() -> None:
    assert all(callable(getattr(plots, name)) for name in plots.__all__)
    with pytest.raises(AttributeError, match="survival_figure"):
        _ = plots.survival
