"""Argosy on a cluster: one of kind for it, an installation, a gated deployment, a trial."""
