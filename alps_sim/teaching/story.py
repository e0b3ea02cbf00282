"""The page in plain words: who the child is, both lives with doses and days, where they part, and both side by side."""

from collections.abc import Mapping, Sequence
from typing import Final

from alps_sim.scenario.phrases import heading
from alps_sim.teaching.choices import Rule, stated
from alps_sim.teaching.ending import beyond, tell_end
from alps_sim.teaching.flare_words import Telling
from alps_sim.teaching.life import Life
from alps_sim.teaching.record import Arm, Child, Record
from alps_sim.teaching.table import shown_rows, side_by_side
from alps_sim.teaching.timeline import Item, items, paragraphs
from alps_sim.teaching.words import DISEASES, DRUGS, SPLEEN_WORDS, age_words, counted, explain, length, listed

ADULT_YEARS: Final = 18.0
GENOTYPES: Final = {
    "ALPS-FAS": "ALPS-FAS, with a mutation of the gene FAS",
    "ALPS-U": "ALPS-U, of which the gene is not known",
}


def tell(record: Record, lives: Mapping[str, Life], parting: float | None) -> str:
    """The story of a pair of lives as Markdown.

    Parameters
    ----------
    record
        Who the child is, what came out, how the child was chosen.
    lives
        By strategy.
    parting
        When the two lives part, years since the index; None if they never do.
    """
    first, second = record.arms
    sections = [
        f"# One {noun(record.child)}, two treatments: {named(first)}, and {named(second)}",
        _what_this_is(record),
        f"## How the {noun(record.child)} was chosen",
        _chosen(record),
        f"## The {noun(record.child)}",
        _child(record.child),
        *_both(record, lives, parting),
        "## Both lives side by side",
        _table(record),
        _keep_in_mind(record),
    ]
    return explain("\n\n".join(sections)) + "\n"


def noun(child: Child) -> str:
    """What the patient is called."""
    return "child" if child.age_at_index < ADULT_YEARS else "patient"


def named(arm: Arm) -> str:
    """The strategy's name within a sentence: `early splenectomy`, `MMF then sirolimus`."""
    name = heading(arm.strategy)
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _what_this_is(record: Record) -> str:
    child = record.child
    return (
        f"This {noun(child)} does not exist. It is virtual patient {child.patient:,} of “{record.title}” (scenario {record.scenario}, seed "
        f"{record.seed}, version {record.version}), who lives twice from the first significant cytopenia (too few blood cells) on, with "
        "the same luck: as long as the same things happen, the same chance decides them. What differs between the two lives comes from the "
        "treatment and from what follows from it."
    )


def _chosen(record: Record) -> str:
    """The rule, and how common it is to be saved, or harmed, by the second strategy."""
    looked = record.looked
    first, second = (named(arm) for arm in record.arms)
    rule = f"This {noun(record.child)} was named by number, not chosen by a rule."
    if record.rule:
        stated_rule = stated(record.rule, record.years).replace("QALYs", "[[QALYs]]", 1)
        rule = f"Rule *{record.rule}*: {stated_rule}. The first strategy is {first}, the second {second}."
    if record.rule is Rule.LARGEST_DIFFERENCE:
        rule += f" This is the extreme: {_difference(record)}."
    among = counted(looked.patients, "patient")
    return (
        f"{rule}\n\nOf the {among} looked at, {looked.alive_under_both:,} are alive {record.years} years after the first cytopenia under "
        f"both strategies and {looked.dead_under_both:,} have died under both. **{looked.saved:,} have died under {first} and are alive "
        f"under {second}; {looked.harmed:,} the other way round.**"
    )


def _difference(record: Record) -> str:
    first, second = (arm.windows[record.years]["qalys"] for arm in record.arms)
    better = record.arms[1] if second > first else record.arms[0]
    return (
        f"{abs(second - first):.1f} QALYs more under {named(better)}, where half of the patients looked at differ by less than "
        f"{record.looked.median_qaly_difference:.2f}"
    )


def _child(child: Child) -> str:
    grown = child.age_at_index >= ADULT_YEARS
    person = ("man" if grown else "boy") if child.sex == "male" else ("woman" if grown else "girl")
    age, kg = age_words(child.age_at_index), child.body.weight_at(child.age_at_index)
    disease = f"autoimmune lymphoproliferative syndrome ({GENOTYPES[child.genotype]})"
    sentences = [f"A {person} of {age} years who weighs {kg:.0f} kg, simulated with {disease}."]
    if child.lineages:
        sentences.append(f"The immune system destroys the body's own {listed([DISEASES[name] for name in child.lineages])}.")
    else:
        sentences.append("There is no significant cytopenia in this life.")
    if child.years_since_prior_splenectomy is not None:
        sentences.append(f"The spleen was removed {length(child.years_since_prior_splenectomy)} ago.")
    else:
        sentences.append(f"The spleen is {SPLEEN_WORDS[child.spleen_at_index]}.")
    return " ".join(sentences)


def _telling(record: Record, arm: Arm, life: Life) -> Telling:
    prevention = (arm.takes_prevention, arm.prevention_adherence)
    return Telling(life, record.child.body, record.methylprednisolone_equivalence, record.drugs, *prevention)


def _both(record: Record, lives: Mapping[str, Life], parting: float | None) -> list[str]:
    """What both lives share, told once, and then each of them; what lies beyond the headline window is summed up."""
    years = float(record.years)
    tellings = [_telling(record, arm, lives[arm.strategy]) for arm in record.arms]
    first, second = (items(telling, 0.0, years) for telling in tellings)
    shared = _shared(first, second)
    sections = [f"## {_parting_words(record, parting)}"]
    if shared:
        sections.append(_list(paragraphs(tellings[0], first[:shared], first[shared - 1].end)))
    elif parting:
        sections.append("The first cytopenia begins in the same way.")
    sections += _what_parts_them(record, lives, parting)
    if parting is None:
        return [*sections, _list([tell_end(tellings[0])])]
    for arm, telling, told in zip(record.arms, tellings, (first, second), strict=True):
        until = min(years, telling.life.end)
        own = paragraphs(telling, told[shared:], until)
        ended = telling.life.end <= years
        sections += [f"## Under {named(arm)}", f"*{arm.description.strip()}*", _list([*own, tell_end(telling)] if ended else own)]
        sections += [] if ended else [beyond(telling, years)]
    return sections


def _shared(first: Sequence[Item], second: Sequence[Item]) -> int:
    """How many items at the beginning are the same in both lives."""
    same = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        same += 1
    return same


def _parting_words(record: Record, parting: float | None) -> str:
    if parting is None:
        return "Both lives are the same to the end"
    age = age_words(record.child.age_at_index + parting)
    return f"Until age {age}, {length(parting)} after the first cytopenia began, both lives are the same"


def _what_parts_them(record: Record, lives: Mapping[str, Life], parting: float | None) -> list[str]:
    """What comes in one life and not in the other when they part, if it is a treatment."""
    found = []
    for arm in record.arms:
        life = lives[arm.strategy]
        begun = [f"{DRUGS[one.agent]} is begun" for one in life.treatments if one.begin == parting]
        begun += [f"the {noun(record.child)} is referred for splenectomy" for one in life.referrals if one.begin == parting]
        found += [f"under *{named(arm)}* {what}" for what in begun]
    return [f"They part because {listed(found)}."] if found else []


def _list(paragraphs: Sequence[str]) -> str:
    return "\n".join(f"- {text}" for text in paragraphs)


def _table(record: Record) -> str:
    """Both lives in numbers, Markdown."""
    names = [heading(arm.strategy) for arm in record.arms]
    spans = [f"first {record.years} years", "until the end of observation" if record.observed else "whole life"]
    head = [f"{name}, {span}" for span in spans for name in names]
    lines = [["From the first cytopenia on", *head], ["---", *["---:"] * len(head)]]
    lines += [[label, *numbers] for label, numbers in shown_rows(side_by_side(record))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _keep_in_mind(record: Record) -> str:
    beyond_years = "" if record.observed else f" What lies beyond {record.years} years is extrapolated: published follow-up ends there."
    return (
        "Everything is counted from the first significant cytopenia on. Doses of steroids are added up as prednisone; a mg of "
        f"methylprednisolone counts as {record.methylprednisolone_equivalence:g} mg.{beyond_years}\n\n"
        "A pair of lives shows how treatments work, not how often: that is what `alps-sim run` tells, with both kinds of uncertainty. The "
        "lives rest on the central values of the evidence. A simulation is no advice for a single patient."
    )
