"""The house in order: registries and their constants, the shape of modules, what pages promise, and what no file may hold."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from alps_sim.population import DRAWS
from alps_sim.rules import accounts, codes, events, state

ROOT: Final = Path(__file__).parent.parent
PACKAGE: Final = ROOT / "alps_sim"

MOST_LINES_IN_A_MODULE: Final = 400
MOST_LINES_IN_A_FUNCTION: Final = 60

FORBIDDEN: Final = {
    "a path of one machine": r"(^|[^A-Za-z0-9_.])/(work|root|tmp|home|Users|farm)/",
    "the address of a package registry": r"https?://[^ /\"']*(pypi|pythonhosted|artifactory|nexus)|--(extra-)?index-url|--find-links",
}


def project_files() -> list[Path]:
    """Files under version control or about to be; in a copy without it, all but those in hidden folders."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        return [path for path in ROOT.rglob("*") if path.is_file() and not any(part.startswith(".") for part in path.parent.parts)]
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


# Registries: (module, registry, beginning of the constants' names, constants with another name than their word, constant of a place)

Registry = tuple[ModuleType, str, str, dict[str, str]]

REGISTRIES: Final[list[Registry]] = [
    (codes, "SEXES", "", {}),
    (codes, "LINEAGES", "", {}),
    (codes, "SPLEENS", "SPLEEN_", {}),
    (codes, "MECHANISMS", "", {}),
    (codes, "SEVERITIES", "", {}),
    (codes, "AGENTS", "", {}),
    (codes, "TREATMENTS", "", {}),
    (codes, "ACUTE_STEPS", "STEP_", {}),
    (codes, "REFERRALS", "REFERRAL_", {}),
    (codes, "STEROID_ROUTES", "ROUTE_", {}),
    (codes, "IVIG_USES", "IVIG_", {}),
    (codes, "STEPS_ON_AGENT", "ON_AGENT_", {}),
    (codes, "EPISODE_PHASES", "PHASE_", {}),
    (codes, "CARE", "CARE_", {}),
    (codes, "CAUSES_OF_DEATH", "DEATH_", {}),
    (codes, "LYMPHOMAS", "", {}),
    (codes, "SERVICES", "SERVICE_", {}),
    (codes, "GENOTYPES", "", {}),
    (events, "ENTRIES", "", {"splenectomy": "SPLENECTOMY_DONE"}),
    (accounts, "CAUSES", "CAUSE_", {}),
    (accounts, "COUNTERS", "C_", {}),
    (accounts, "COMPONENTS", "", dict.fromkeys(codes.AGENTS, "")),
]

BIT_REGISTRIES: Final = [(codes, "TRIGGERS", "TRIGGER_"), (codes, "AFTER", "AFTER_")]


def constant_name(word: str) -> str:
    return word.upper().replace("-", "_")


def final_integers(module: ModuleType) -> dict[str, int]:
    """Constants of a module whose value is written as an integer."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    return {
        node.target.id: getattr(module, node.target.id)
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.Constant | ast.UnaryOp)
        if isinstance(getattr(module, node.target.id), int)
    }


@pytest.mark.parametrize(("module", "registry", "beginning", "others"), REGISTRIES, ids=[f"{r[0].__name__}.{r[1]}" for r in REGISTRIES])
def test_constants_are_places_in_their_registry(module: ModuleType, registry: str, beginning: str, others: dict[str, str]) -> None:
    words = getattr(module, registry)
    assert len(set(words)) == len(words)
    named = {word: others.get(word, beginning + constant_name(word)) for word in words}
    found = {word: getattr(module, name) for word, name in named.items() if name}
    assert found == {word: words.index(word) for word in found}


@pytest.mark.parametrize(("module", "registry", "beginning"), BIT_REGISTRIES, ids=["TRIGGERS", "AFTER"])
def test_constants_of_sets_are_single_bits(module: ModuleType, registry: str, beginning: str) -> None:
    words = getattr(module, registry)
    assert [getattr(module, beginning + word.upper()) for word in words] == [1 << place for place in range(len(words))]


def test_lineage_bits_are_those_of_the_lineages() -> None:
    assert [1 << place for place in range(len(codes.LINEAGES))] == [codes.AIHA_BIT, codes.ITP_BIT, codes.NEUTROPENIA_BIT]


def test_happenings_follow_the_entries_in_the_log() -> None:
    """`LOG_FLARE` and its like may name an entry; every happening has its constant, shortened or not."""
    constants = {name: value for name, value in final_integers(events).items() if name.startswith("LOG_")}
    happenings = {value: name.removeprefix("LOG_").lower() for name, value in constants.items() if value >= len(events.ENTRIES)}
    assert sorted(happenings) == list(range(len(events.ENTRIES), len(events.LOG_KINDS)))
    for value, name in happenings.items():
        assert events.LOG_KINDS[value].startswith(name), f"LOG_{name.upper()} is {value}, the place of {events.LOG_KINDS[value]}"


def test_agents_and_their_resources_are_in_the_same_order() -> None:
    first = accounts.FIRST_AGENT_RESOURCE
    assert tuple(name for name, _ in accounts.RESOURCES[first : first + codes.AGENT_COUNT]) == codes.AGENTS
    assert len(codes.AGENTS) == codes.AGENT_COUNT == codes.SPLENECTOMY


@pytest.mark.parametrize("module", [codes, events, accounts], ids=["codes", "events", "accounts"])
def test_every_integer_constant_belongs_to_a_registry(module: ModuleType) -> None:
    """A constant that no registry explains is a word without a name, or a left-over."""
    explained = {
        others.get(word, beginning + constant_name(word))
        for owner, registry, beginning, others in REGISTRIES
        for word in getattr(owner, registry)
        if owner is module
    }
    explained |= {beginning + word.upper() for owner, registry, beginning in BIT_REGISTRIES for word in getattr(owner, registry)}
    explained |= {f"{name.upper()}_BIT" for name in codes.LINEAGES}
    explained |= {"AGENT_COUNT", "NO_AGENT", "ANY", "ALIVE", "FIRST_AGENT_RESOURCE", "YEARS_IN_BOOKS"}
    assert {name for name in final_integers(module) if not name.startswith("LOG_")} <= explained


@pytest.mark.parametrize(
    "names",
    [events.PROCESSES, events.TIMERS, events.HAPPENINGS, state.MILESTONES, [name for name, _ in state.ATTRIBUTES], DRAWS],
    ids=["processes", "timers", "happenings", "milestones", "attributes", "draws"],
)
def test_names_of_a_registry_are_unique_plain_words(names: Sequence[str]) -> None:
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)


# Shape


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_modules_and_functions_are_short(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= MOST_LINES_IN_A_MODULE
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= MOST_LINES_IN_A_FUNCTION, f"{path.name}:{node.lineno}: {node.name} has {length} lines"


FRONT: Final = {"report", "companions", "simulation", "studies", "commands", "cli"}
"""What puts the others together for a user."""
TELLING: Final = FRONT | {"plots", "teaching", "analysis", "verification", "validation", "robustness", "calibration"}
LATE: Final = TELLING | {"draws", "gathering", "provenance"}
NEVER_IMPORTED: Final = {
    "evidence": LATE | {"rules", "engines", "outcomes", "scenario", "population"},
    "rules": LATE | {"evidence", "scenario", "population", "engines", "outcomes"},
    "scenario": LATE | {"population", "engines", "outcomes"},
    "population": LATE | {"engines", "outcomes"},
    "engines": LATE,
    "outcomes": LATE | {"engines"},
    "draws": TELLING,
    "gathering": TELLING,
    "provenance": TELLING | {"draws", "gathering"},
    "calibration": TELLING - {"calibration"},
    "verification": TELLING - {"verification"} | {"rules"},
    "validation": TELLING - {"validation"},
    "robustness": TELLING - {"robustness"},
    "analysis": TELLING - {"analysis"},
    "plots": FRONT | {"engines", "calibration", "verification"},
    "teaching": FRONT | {"plots"},
    "report": FRONT - {"report"} | {"engines"},
    "companions": {"simulation", "studies", "commands", "cli"},
    "simulation": {"studies", "commands", "cli"},
    "studies": {"commands", "cli"},
}
"""Room of the package -> rooms it must not import: data flows one way. The verification would prove nothing if it shared the rules."""


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "alps_sim" and len(parts) > 1:
                yield parts[1], node.lineno


def test_imports_go_one_way() -> None:
    against = []
    for path in modules():
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        against += [
            f"{path.relative_to(ROOT)}:{line}: {room} imports {part}"
            for part, line in imports(path)
            if part in NEVER_IMPORTED.get(room, ())
        ]
    assert against == []


# Pages


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", ".ci/run"])
def test_make_commands_of_a_page_exist(page: str) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert named
    assert named <= make_targets()


def test_the_readme_names_the_two_commands_of_the_quick_start() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    quick_start = readme.partition("## Quick start")[2].partition("\n## ")[0]
    assert {"make run", "make test"} <= {line.split("#")[0].strip() for line in quick_start.splitlines()}


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "results/README.md"])
def test_links_and_files_named_by_a_page_exist(page: str) -> None:
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    linked = [path.parent / target for target in re.findall(r"\]\(([^)#:]+)\)", text)]
    named = [ROOT / target for target in re.findall(r"`((?:alps_sim|docs|scenarios|tests)/[A-Za-z0-9_./]*)`", text)]
    named += [ROOT / target for target in re.findall(r"scenarios/[a-z0-9_]+\.yaml", text)]
    missing = [str(target.relative_to(ROOT)) for target in linked + named if not target.exists()]
    assert missing == []


def test_the_changelog_tells_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    headings = re.findall(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert version in headings


def test_constraints_are_names_and_versions_alone() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][A-Za-z0-9.+!]*", line) for line in lines)


def test_constraints_pin_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [*project["dependencies"], *(item for extra in project["optional-dependencies"].values() for item in extra)]
    pinned = {plain_name(line.partition("==")[0]) for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()}
    assert {plain_name(re.split(r"[<>=~!\[; ]", item)[0]) for item in needed} <= pinned


def plain_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what], flags=re.MULTILINE)
    found = []
    files = project_files()
    assert ROOT / "README.md" in files
    for path in files:
        if path == Path(__file__):
            continue  # it holds the patterns
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        found += [f"{path.relative_to(ROOT)}: {match.group().strip()}" for match in pattern.finditer(text)]
    assert found == []
