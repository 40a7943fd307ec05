"""Messages to people: what they are told, in which words, and whether it reached them."""
