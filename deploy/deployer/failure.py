"""How a command ends that cannot do what it should."""


class Failure(Exception):  # noqa: N818 - it is no bug of the program
    """One line that says what went wrong and what to do."""
