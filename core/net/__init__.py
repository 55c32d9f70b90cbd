"""Sockets: listening, accepting, and the budget of descriptors.

Knows the operating system; knows no protocol and nothing of a chat.
Tests: tests/core/test_acceptor.py, test_budget.py and test_sockets.py.
"""
