"""Pages of the catalogue's entries, feedback on them, and of those who answer for data."""
