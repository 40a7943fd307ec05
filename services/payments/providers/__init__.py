"""The payment providers: one port, and an adapter for each of them."""
