"""The screens, one folder per noun: a view parses, calls one verb, and renders."""
