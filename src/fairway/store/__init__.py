"""The memory of the node: Django tables and migrations behind `verbs.ports.Store`.

Records (Django models) stand beside the repositories that turn them into nouns and back; no record
leaves this package.
"""
