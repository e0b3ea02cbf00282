"""Whether a conclusion holds if the paper is read the other way, or the model built the other way."""
