"""Finding products, and a product's page."""
