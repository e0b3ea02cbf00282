"""Both lives side by side in numbers."""

from typing import Final

import pandas as pd

from alps_sim.outcomes.definitions import LIFETIME
from alps_sim.teaching.record import Record

ROWS: Final = {
    "life_years": ("Years alive", "years", 1),
    "qalys": ("Quality-adjusted life-years (QALYs)", "QALYs", 1),
    "flares": ("Flares", "flares", 0),
    "breakthroughs": ("Breakthroughs", "breakthroughs", 0),
    "steroid_days": ("Days on steroids", "days", 0),
    "prednisone_mg_per_kg": ("Steroid dose", "mg/kg prednisone equivalent", 0),
    "iv_pulse_mg_per_kg": ("of it into a vein", "mg/kg prednisone equivalent", 0),
    "steroid_toxicities": ("Harm done by steroids", "toxicities", 0),
    "agents_begun": ("Long-term drugs begun", "drugs", 0),
    "inpatient_days": ("Days in hospital", "days", 0),
    "opsi_episodes": ("Sepsis without a spleen (OPSI)", "episodes", 0),
    "sepsis_with_spleen_episodes": ("Sepsis with a spleen", "episodes", 0),
    "infection_admissions": ("Admissions for other infection", "admissions", 0),
    "neutropenic_infections": ("Infections with low neutrophils", "infections", 0),
    "transfusions": ("Transfusions", "transfusions", 0),
    "severe_bleeds": ("Severe bleeds", "bleeds", 0),
    "lymphomas": ("Lymphomas", "lymphomas", 0),
    "other_malignancies": ("Acute leukemia", "leukemias", 0),
}
"""Outcome: its label, unit and decimals."""
ALWAYS_SHOWN: Final = 13
"""Rows from the top that are shown even if all their numbers are zero: the burden of disease and of either treatment."""


def side_by_side(record: Record) -> pd.DataFrame:
    """Both lives: outcome, label, unit, window_years, strategy, value; of both windows and strategies.

    Parameters
    ----------
    record
        Of a pair of lives.
    """
    rows = [
        {"outcome": outcome, "unit": unit, "window_years": window, "strategy": arm.strategy, "value": arm.windows[window][outcome]}
        for outcome, (_, unit, _) in ROWS.items()
        for window in (record.years, LIFETIME)
        for arm in record.arms
    ]
    return pd.DataFrame(rows)


def shown_rows(table: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """Label and numbers of each row as a page shows them: the headline window of both strategies, then the lifetime.

    Parameters
    ----------
    table
        Of `side_by_side`.
    """
    found = []
    for place, (outcome, (label, unit, decimals)) in enumerate(ROWS.items()):
        values = table.loc[table["outcome"] == outcome, "value"].tolist()
        if place < ALWAYS_SHOWN or any(values):
            named = f"{label}, mg/kg" if unit.startswith("mg/kg") else label
            found.append((named, [f"{value:,.{decimals}f}" for value in values]))
    return found
