"""Pages that explain access."""
