"""HTTP to addresses that strangers name: nothing but the public internet is ever reached."""
