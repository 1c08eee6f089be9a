"""A product's page."""
