"""Finding entries of the catalogue: products of this node, and what lives elsewhere."""
