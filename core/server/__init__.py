"""The TCP server: connections, their two protocols, and the order of their work.

Puts everything below it together. Knows no SQL.
"""
