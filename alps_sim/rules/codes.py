"""The words of the model and the small integers that stand for them inside the rules.

One registry for each vocabulary: the position in the tuple is the code. Everything that names a thing (scenario files, event
logs, tables, figures) uses the words; only compiled code uses the numbers.
"""

from typing import Final

NEVER: Final = 1.0e9
"""A time that does not come, in years. Finite, because infinity times zero is not a number."""

DAYS_PER_YEAR: Final = 365.25

GENOTYPES: Final = ("ALPS-FAS", "ALPS-U")
ALPS_FAS: Final = 0
ALPS_U: Final = 1

SEXES: Final = ("male", "female")
MALE: Final = 0
FEMALE: Final = 1

LINEAGES: Final = ("aiha", "itp", "neutropenia")
"""Code of a lineage; a set of lineages is a bit mask, bit = code."""
AIHA: Final = 0
ITP: Final = 1
NEUTROPENIA: Final = 2
AIHA_BIT: Final = 1
ITP_BIT: Final = 2
NEUTROPENIA_BIT: Final = 4

SPLEENS: Final = ("none", "moderate", "massive", "removed")
"""Enlargement of the spleen. `none` is a spleen of normal size."""
SPLEEN_NONE: Final = 0
SPLEEN_MODERATE: Final = 1
SPLEEN_MASSIVE: Final = 2
SPLEEN_REMOVED: Final = 3

MECHANISMS: Final = ("immune", "sequestration")
IMMUNE: Final = 0
SEQUESTRATION: Final = 1

SEVERITIES: Final = ("mild", "severe")
"""`mild`: below the threshold of a significant cytopenia; `severe`: Hb < 5 g/dL or its like."""
MILD: Final = 0
SEVERE: Final = 1

AGENTS: Final = (
    "mmf",
    "sirolimus",
    "rituximab",
    "hydroxychloroquine",
    "tpo_mimetic",
    "thiopurine",
    "ciclosporin",
    "vincristine",
)
"""Long-term agents. A treatment code below `len(AGENTS)` is an agent, the next one is splenectomy."""
MMF: Final = 0
SIROLIMUS: Final = 1
RITUXIMAB: Final = 2
HYDROXYCHLOROQUINE: Final = 3
TPO_MIMETIC: Final = 4
THIOPURINE: Final = 5
CICLOSPORIN: Final = 6
VINCRISTINE: Final = 7
AGENT_COUNT: Final = 8
SPLENECTOMY: Final = 8
TREATMENTS: Final = (*AGENTS, "splenectomy")
NO_AGENT: Final = -1

ACUTE_STEPS: Final = ("oral_prednisone", "iv_methylprednisolone", "rituximab", "splenectomy_assessment")
STEP_ORAL_PREDNISONE: Final = 0
STEP_IV_METHYLPREDNISOLONE: Final = 1
STEP_RITUXIMAB: Final = 2
STEP_SPLENECTOMY_ASSESSMENT: Final = 3

STEROID_ROUTES: Final = ("oral", "iv", "iv_with_ivig")
"""Rows of the table of steroid response."""
ROUTE_ORAL: Final = 0
ROUTE_IV: Final = 1
ROUTE_IV_WITH_IVIG: Final = 2

IVIG_USES: Final = ("never", "severe", "always")
IVIG_NEVER: Final = 0
IVIG_SEVERE: Final = 1
IVIG_ALWAYS: Final = 2

STEPS_ON_AGENT: Final = ("ladder", "pulse")
"""What a severe flare is met with while a long-term agent seems to answer."""
ON_AGENT_LADDER: Final = 0
ON_AGENT_PULSE: Final = 1

ANY: Final = -1
"""A condition that every patient meets."""

TRIGGERS: Final = (
    "first_pulse",
    "breakthrough",
    "steroid_dependence",
    "refractory",
    "flare_number",
    "steroid_toxicity",
    "relapse_after_splenectomy",
    "treatment_failed",
    "bridge_over",
)
"""Occasions on which long-term treatment may begin; a set is a bit mask. The last two always hold: `treatment_failed` moves on to
the next line, `bridge_over` to what a bridge has led to."""
OCCASIONS: Final = TRIGGERS[:-2]
"""Those that a strategy names."""
LINE_OCCASIONS: Final = TRIGGERS[:-1]
"""Those that a line can be kept to."""
ALWAYS: Final = TRIGGERS[-2:]
"""Those that hold under every strategy."""
TRIGGER_FIRST_PULSE: Final = 1
TRIGGER_BREAKTHROUGH: Final = 2
TRIGGER_STEROID_DEPENDENCE: Final = 4
TRIGGER_REFRACTORY: Final = 8
TRIGGER_FLARE_NUMBER: Final = 16
TRIGGER_STEROID_TOXICITY: Final = 32
TRIGGER_RELAPSE_AFTER_SPLENECTOMY: Final = 64
TRIGGER_TREATMENT_FAILED: Final = 128
TRIGGER_BRIDGE_OVER: Final = 256

AFTER: Final = ("no_answer", "response_lost", "intolerance", "organ_toxicity")
"""How the treatment before ended; a set is a bit mask; 0 asks nothing."""
AFTER_NO_ANSWER: Final = 1
AFTER_RESPONSE_LOST: Final = 2
AFTER_INTOLERANCE: Final = 4
AFTER_ORGAN_TOXICITY: Final = 8

EPISODE_PHASES: Final = ("none", "flare", "taper", "clearance", "refractory", "maintenance")
"""Where a patient stands in a cytopenia episode. Cytopenic in `flare` and `refractory`; steroids in all but `none` and `clearance`."""
PHASE_NONE: Final = 0
PHASE_FLARE: Final = 1
PHASE_TAPER: Final = 2
PHASE_CLEARANCE: Final = 3
PHASE_REFRACTORY: Final = 4
PHASE_MAINTENANCE: Final = 5

REFERRALS: Final = ("line", "refractory_flare", "ladder", "spleen_size")
"""What leads to a referral for splenectomy: a line, one in a refractory flare, a step of the acute ladder, or the size of the spleen."""
REFERRAL_LINE: Final = 0
REFERRAL_REFRACTORY_FLARE: Final = 1
REFERRAL_LADDER: Final = 2
REFERRAL_SPLEEN_SIZE: Final = 3

CARE: Final = ("children", "transition", "adults")
"""Whose services care for a patient."""
CARE_CHILDREN: Final = 0
CARE_TRANSITION: Final = 1
CARE_ADULTS: Final = 2

CAUSES_OF_DEATH: Final = (
    "operative",
    "opsi",
    "other_sepsis",
    "cytopenia",
    "lymphoma",
    "other_malignancy",
    "toxicity",
    "background",
)
ALIVE: Final = -1
DEATH_OPERATIVE: Final = 0
DEATH_OPSI: Final = 1
DEATH_OTHER_SEPSIS: Final = 2
DEATH_CYTOPENIA: Final = 3
DEATH_LYMPHOMA: Final = 4
DEATH_OTHER_MALIGNANCY: Final = 5
DEATH_TOXICITY: Final = 6
DEATH_BACKGROUND: Final = 7

LYMPHOMAS: Final = ("hodgkin", "non_hodgkin")
HODGKIN: Final = 0
NON_HODGKIN: Final = 1

AGE_BANDS: Final = ("0-5", "6-11", "12-17", "18-39", "40-64", "65+")
"""Age bands of the books, in completed years."""
AGE_BAND_STARTS: Final = (0.0, 6.0, 12.0, 18.0, 40.0, 65.0)

SERVICES: Final = ("clinic", "infusion_chair", "bed", "theatre")
"""What a patient may have to wait for; the index of a waiting time."""
SERVICE_CLINIC: Final = 0
SERVICE_INFUSION_CHAIR: Final = 1
SERVICE_BED: Final = 2
SERVICE_THEATRE: Final = 3
