"""What must hold of any rendered installation; each rule names what breaks it."""
