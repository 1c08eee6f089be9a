"""SQLite as the store uses it: Django's backend, whose writers take turns."""
