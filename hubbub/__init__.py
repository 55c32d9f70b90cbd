"""The command line: it reads flags and configuration, and wires the parts together.

It is the only one that knows them all, and it knows nothing of what they do.

Tests: tests/hubbub, and tests/e2e for whole processes.
"""
