"""What happens to a patient: pure functions on scalars and records, one file a process, compiled or plain with equal results."""
