"""What exists: frozen dataclasses, enumerations and errors. Standard library only."""
