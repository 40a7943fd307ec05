"""Stock: how much of each variant lies where, who holds it, and every movement of it."""
