"""Guests who buy without a pause while an installation changes under them, and who keep count."""
