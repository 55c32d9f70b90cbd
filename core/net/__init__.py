"""Sockets: listening, accepting, and the budget of descriptors.

Knows the operating system; knows no protocol and nothing of a chat.
"""
