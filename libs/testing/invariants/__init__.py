"""The promises of a shop that has come to rest, as queries that find what breaks them."""
