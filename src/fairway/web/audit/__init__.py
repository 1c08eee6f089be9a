"""The record, for those who watch over it."""
