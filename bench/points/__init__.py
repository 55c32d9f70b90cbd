"""What is measured, a module for each point: `run(rounds, seconds)` gives figures.

A point knows which servers take part and what load they get; it does not know
how a table is drawn or what a target is.
"""
