"""What is known: the ledger of parameters, readings of the paper, published figures, and tables, each with its source."""
