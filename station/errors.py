"""The error a person is meant to read."""


class StationError(Exception):
    """Bad input, in one clear sentence that says what and where.

    The command line prints it to stderr and exits 2; screens and pages show it as it is.
    """
