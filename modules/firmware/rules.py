"""The rules that the values of config.json keep, by name: what each expects, in words. See the table of config.py."""

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_BASE64 = _LETTERS + _DIGITS + "+/="
_TOO_MANY = 8192  # bytes, more than any rule allows


def Expected(rule, value, args):
    """Return None if a value keeps a rule (its name, and its arguments), else the text that says what would."""
    if rule[-1] == "?":
        expected = None if value is None else _RULES[rule[:-1]](value, *args)
        return expected and expected + ", or null"
    return _RULES[rule](value, *args)


def _ruleBool(value):
    return None if isinstance(value, bool) else "true or false"


def _ruleInt(value, low, high):
    # bool is an int in Python, not in JSON.
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return None
    return "%d..%d" % (low, high)


def _ruleEnum(value, *names):
    # A list or object in the place of a name must not be looked up by equality with a text: it is just not in there.
    return None if value in names else '"' + '", "'.join(names[:-1]) + '" or "' + names[-1] + '"'


def _ruleText(value, most, end=""):
    if _isText(value, 1, most) and value.endswith(end):
        return None
    return "a text of 1..%d characters" % most + (' that ends in "%s"' % end if end else "")


def _ruleSsid(value, most):
    # IEEE 802.11 counts bytes, not characters.
    return None if _isText(value, 1, most) and _utf8Length(value) <= most else "a name of 1..%d bytes" % most


def _rulePassword(value):
    return None if value == "" or _isText(value, 8, 64) else '8..64 characters, "" for an open network'


def _rulePath(value, most):
    good = _isText(value, 1, most) and value[0] == "/" and all(char <= "~" for char in value)
    return None if good else 'a path of 1..%d ASCII characters that begins with "/"' % most


def _ruleUser(value):
    # RFC 7617 section 2: a colon ends the name.
    return None if _isText(value, 1, 32) and ":" not in value else "1..32 characters without colons"


def _rulePasswordHash(value):
    # pbkdf2-sha256$ROUNDS$SALT$HASH, the last two in base64.
    parts = value.split("$") if _isText(value, 1, 200) else ()
    good = (
        len(parts) == 4
        and parts[0] in ("pbkdf2-sha256", "pbkdf2-sha1")
        and 1 <= len(parts[1]) <= 7
        and _isMadeOf(parts[1], _DIGITS)
        and parts[1][0] != "0"
        and _isMadeOf(parts[2], _BASE64)
        and len(parts[2]) >= 16
        and _isMadeOf(parts[3], _BASE64)
        and len(parts[3]) == (44 if parts[0] == "pbkdf2-sha256" else 28)
    )
    return None if good else "a hash as `python3 -m tools user` makes it"


def _ruleHost(value):
    # RFC 1123 section 2.1: letters, digits and hyphens, no hyphen at either end.
    good = _isText(value, 1, 32) and _isMadeOf(value, _LETTERS + _DIGITS + "-") and value[0] != "-" != value[-1]
    return None if good else "1..32 letters, digits and inner hyphens"


def _ruleCountry(value):
    good = _isText(value, 2, 2) and _isMadeOf(value, _LETTERS[26:])
    return None if good else "two capital letters"


def _ruleName(value):
    good = _isText(value, 1, 32) and _isMadeOf(value, _LETTERS + _DIGITS + "_") and value[0] not in _DIGITS
    return None if good else "a module's name"


_RULES = {
    "bool": _ruleBool,
    "int": _ruleInt,
    "enum": _ruleEnum,
    "text": _ruleText,
    "ssid": _ruleSsid,
    "password": _rulePassword,
    "host": _ruleHost,
    "path": _rulePath,
    "user": _ruleUser,
    "passwordHash": _rulePasswordHash,
    "country": _ruleCountry,
    "name": _ruleName,
}


def _isText(value, least, most):
    if not isinstance(value, str) or not least <= len(value) <= most:
        return False
    return all(char >= " " and char != "\x7f" for char in value)


def _isMadeOf(text, alphabet):
    return all(char in alphabet for char in text)


def _utf8Length(text):
    try:
        return len(text.encode())
    except UnicodeError:
        # Half a surrogate pair, which JSON can write and UTF-8 cannot: no network has such a name.
        return _TOO_MANY
