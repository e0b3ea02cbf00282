"""The checks, by what they look at; each module ends with its part of the registry."""
