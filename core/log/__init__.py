"""The log of a room as everything above the storage sees it.

The contract between a hub and its storage stands here too. Knows no database,
no thread and no connection.
"""
