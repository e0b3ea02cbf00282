"""What the published figures cannot see (`make unseen`): each fitted parameter moved to the ends of its prior, all else as fitted.

For each the fitted figure that moves most is told, in standard deviations of chance of a study of that size, and to which end. A parameter
whose figures move by less than one of these could be anywhere in its prior without anybody noticing. Moves of several parameters together,
which figures see less, are not looked at.
"""

import json
from typing import Final

import numpy as np
import pandas as pd

from alps_sim.evidence.ledger import Ledger, load_ledger, load_priors
from alps_sim.evidence.targets import CALIBRATED
from alps_sim.provenance import identity_of_the_model
from alps_sim.validation.parameters import ParameterSource
from alps_sim.validation.replicate import Effort, replicate
from alps_sim.validation.studies import Study, published_studies
from tests.tables import UNSEEN as TABLE

ENDS: Final = (0.025, 0.975)
EFFORT: Final = Effort(patients=30_000, draws=0, workers=2)
"""200 of the largest cohort, the same patients with the same luck each time."""


def fitted_studies() -> list[Study]:
    """The studies with figures that are fitted."""
    return [study for study in published_studies() if any(figure.target_class == CALIBRATED for figure in study.figures)]


def figures_of(studies: list[Study], values: dict[str, float]) -> pd.DataFrame:
    """Mean and standard deviation by chance of each fitted figure under some values.

    Parameters
    ----------
    studies
        Of `fitted_studies`.
    values
        Of all parameters.
    """
    source = ParameterSource("moved", values, lambda draw: values)
    replicated = replicate(studies, source, EFFORT, lambda what, done, of: None)
    rows = {}
    for study in studies:
        for figure in study.figures:
            if figure.target_class == CALIBRATED:
                seen = replicated[study.identifier].chance[figure.statistic.identifier]
                rows[figure.description] = {"mean": seen.mean(), "sd": seen.std()}
    return pd.DataFrame(rows).T


def moved(ledger: Ledger, name: str, share: float) -> dict[str, float]:
    """Values as fitted, but for one parameter, and those that share its luck, at a quantile of the prior.

    Parameters
    ----------
    ledger
        With the fit.
    name
        Of the parameter.
    share
        Of the prior below the quantile.
    """
    priors = load_priors()
    group = [other for other, one in priors.parameters.items() if one.moves_with == priors[name].moves_with]
    return {**ledger.values(), **{other: float(priors[other].distribution.quantiles(np.array([share]))[0]) for other in group}}


def unseen_table() -> pd.DataFrame:
    """A row a fitted parameter: from where to which end of its prior it was moved, and the figure that moves most."""
    ledger, studies = load_ledger(), fitted_studies()
    base, leaders = figures_of(studies, ledger.values()), set(ledger.varying())
    rows = []
    for name in (name for block in ledger.fitted for name in block.names if name in leaders):
        found = []
        for share in ENDS:
            values = moved(ledger, name, share)
            shift = (figures_of(studies, values)["mean"] - base["mean"]) / base["sd"]
            figure = str(shift.abs().idxmax())
            found.append({"moved_to": values[name], "figure": figure, "moves_sd": shift[figure]})
        rows.append({"parameter": name, "fitted": ledger.values()[name], **max(found, key=lambda one: abs(one["moves_sd"]))})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    unseen_table().to_csv(TABLE, index=False, float_format="%.3g")
    TABLE.with_suffix(".json").write_text(json.dumps(identity_of_the_model(load_ledger()), indent=2) + "\n", encoding="utf-8")
