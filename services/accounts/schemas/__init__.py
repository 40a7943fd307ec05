"""What goes in and out of accounts over HTTP."""
