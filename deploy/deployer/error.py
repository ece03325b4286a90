"""How a command ends that cannot do what it should."""


class DeployError(Exception):
    """One line that says what went wrong and what to do."""


class NotOursError(DeployError):
    """Somebody else has made what has the name."""
