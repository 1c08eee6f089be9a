"""Contract and catalogue standards, in and out."""
