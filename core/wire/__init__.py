"""The wire: framing, first bytes, JSON messages, telnet and PROXY headers. Pure.

Knows no socket, no rule of a room and no clock.
Tests: tests/core/test_framing.py, test_sniff.py, test_telnet.py, test_proxy.py,
test_hosts.py and test_protocol_page.py.
"""
