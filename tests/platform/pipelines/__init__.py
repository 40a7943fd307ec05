"""The pipelines do what they say, alike, and nothing that they must not."""
