"""What results mean: an outcome against the parameters it hangs on, and where the order of the strategies flips."""
