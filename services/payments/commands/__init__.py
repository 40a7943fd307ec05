"""Everything that changes payments; the caller owns the transaction."""
