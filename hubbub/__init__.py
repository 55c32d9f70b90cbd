"""The command: reads flags and configuration and wires the parts together.

It is the only one that knows them all. It knows nothing of what they do.
"""
