"""`hubbub doctor`: checks of a running hub from outside, each as a client would come in.

It knows nothing of the hub but its answers, no screen, and not how flags are read.
It knows the protocol, and what the gateway promises.

Tests: tests/hubbub/test_doctor*.py, tests/e2e/test_e2e_doctor.py.
"""
