"""A hub's doors, tried from outside: each as those who use it would.

Knows the protocol and what the gateway promises; knows no screen and no
command line, and nothing of the hub but its answers.
"""
