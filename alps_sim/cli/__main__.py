"""`python -m alps_sim.cli`: the same as `alps-sim`."""

from alps_sim.cli import main

main()
