"""The providers of mail, texts and pushes as their APIs answer, for tests of their adapters."""
