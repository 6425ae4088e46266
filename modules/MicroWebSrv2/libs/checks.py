"""What public functions ask of their arguments. Each check raises ValueError, naming the argument."""


def CheckText(name, value):
    """Asks for a text (str) that is not empty."""
    if not isinstance(value, str) or not value:
        raise ValueError('"%s" must be a not empty string, got %r' % (name, value))


def CheckCount(name, value, least=1):
    """Asks for an int of `least`, 1 or 0, at the least."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        kind = "a positive integer" if least else "a positive integer or zero"
        raise ValueError('"%s" must be %s, got %r' % (name, kind, value))
