"""Who drives the rules: the compiled cohort engine and the SimPy clinic engine, equal bit for bit."""
