"""All properties, by name: functions of bytes that raise when one does not hold."""

import fields
import properties

PROPERTIES = {**properties.PROPERTIES, **fields.PROPERTIES}
# Those to which the first byte says how the rest is cut, or of what it is asked.
WITH_CHOICE = ("head", "chunked", "multipart", "frames", "ranges")
