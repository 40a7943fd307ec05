"""Writes the parts of k8s/ and charts/data-eval that follow from which services there are."""
