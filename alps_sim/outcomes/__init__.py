"""What came out: definitions of the outcomes, estimates with simulation error, curves, books, and the results folder."""
