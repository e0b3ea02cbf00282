"""Figures and the report: what a run found, drawn and told, with what it rests on."""
