"""The REST surface under /api/v1: parse, call one verb, render. One router per noun."""
