"""The one exception by which a tool tells its user what went wrong."""


class ToolError(Exception):
    """A failure to show as it is, without a traceback: it names the thing, what was expected, and what to do."""
