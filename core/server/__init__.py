"""The TCP server: connections, their two protocols, and the order of their work.

Knows everything below it and puts it together; knows no SQL.
Tests: tests/core/test_server.py, test_hub_json.py, test_hub_text.py, test_bounds.py,
test_leftovers.py, test_opening.py, test_refusals.py, test_unfit_input.py,
test_debug_log.py and test_tls_transport.py.
"""
