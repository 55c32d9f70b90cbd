"""The terminal client, and the small commands for pipes: join, send, tail.

It does not know how a hub works inside, nor how flags are read, and it shares
nothing with the other doors but the wire. It knows terminals, and standard input
and output.

Tests: tests/terminal, and tests/e2e/test_e2e_{pipes,send,tail,terminal}.py.
"""
