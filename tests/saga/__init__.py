"""Proofs of the saga engine, from its pure rules to whole workflows on real databases."""
