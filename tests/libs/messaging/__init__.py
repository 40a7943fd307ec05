"""Tests of messages, inbox, outbox and group commit."""
