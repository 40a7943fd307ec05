"""Live tests of messaging: real brokers, real databases, real worker processes."""
