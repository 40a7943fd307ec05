"""Defects planted into rendered objects, each with the rule that has to find it."""
