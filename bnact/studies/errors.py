"""The error that a person who runs a study can mend."""


class StudyError(RuntimeError):
    """A study cannot go on; the message states the rule, what came, and the fix."""
