"""A whole machine, emulated: the deployed station is booted and proven from inside."""
