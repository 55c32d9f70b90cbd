"""Running servers: a hub, gateways, or both, from their start until a signal ends them.

It does not know how flags are read, nor what goes on in a room or on a page.

Tests: tests/hubbub/test_{addresses,announce,gateways,listening,logstream,ready,restarts,start}.py.
"""
