"""Discrete-event simulation of children with autoimmune lymphoproliferative syndrome under different treatment strategies."""
