"""The checks of `station doctor`, by what they look at. None changes anything on the machine."""
