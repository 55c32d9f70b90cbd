"""Who may come in: the passphrase of a hub, and how fast it may be guessed.

Knows no socket and no protocol. Tests: tests/core/test_passphrase.py, test_gate.py;
at the doors tests/core/test_gate_doors.py.
"""
