"""Tests of the programs around the services."""
