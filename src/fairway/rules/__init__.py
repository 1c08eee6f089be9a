"""What is true: pure functions over nouns. No clock, no input or output."""
