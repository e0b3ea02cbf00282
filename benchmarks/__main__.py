"""`python -m benchmarks [--quick] [--out FILE]`: measure the engines on the main scenario and print the figures.

Absolute times belong to the machine; the ratios within one run are what counts. Each figure is the best of several repeats, since
noise only ever adds time.
"""

import argparse
import json
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import analyses, engines, startup

SCENARIO = Path(__file__).parent.parent / "scenarios" / "early_splenectomy_vs_mmf_sirolimus.yaml"


def main() -> None:
    """Run every benchmark and print a line for each figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed and memory of the engines and the analyses.")
    parser.add_argument("--quick", action="store_true", help="fewer patients and repeats, for a look")
    parser.add_argument("--out", type=Path, help="write the figures as JSON to this file")
    options = parser.parse_args()
    figures: dict[str, Any] = {"python": platform.python_version(), "processors": os.cpu_count()}
    parts: list[tuple[str, Callable[[Path, bool], dict[str, Any]]]] = [
        ("Cohort engine", engines.cohort_figures),
        ("Clinic engine", engines.clinic_figures),
        ("Time against patients", engines.scaling_figures),
        ("Threads", engines.thread_figures),
        ("Sweep", analyses.sweep_figures),
        ("Start", startup.start_figures),
        ("Whole run", startup.run_figures),
        ("Trust", startup.trust_figures),
    ]
    for title, measure in parts:
        print(f"\n{title}", flush=True)
        for name, value in measure(SCENARIO, options.quick).items():
            figures[name] = value
            print(f"  {name:58s} {value:12.4g}" if isinstance(value, float) else f"  {name:58s} {value:>12}", flush=True)
    if options.out:
        options.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
