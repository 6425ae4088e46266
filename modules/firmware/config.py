"""config.json: read, checked key by key, and saved so that a power cut leaves the old file or the new one.

One table names every key with its default and its rule; tools/config_schema.json says the same to editors and tools.
Nothing here raises for what a file contains: what is wrong becomes a problem, a line of text that names the key and
what was expected, and the default stands in. A password never appears in a problem.
"""

import json

from . import configFile, runtime
from .rules import Expected

FACTORY_PASSWORD = "MicroWebSrv2"

_MAX_ITEMS = 16
_MAX_SHOWN = 40

# Objects of the file, parents first: name, parent, key there.
_SECTIONS = (
    ("wifi", "", "wifi"),
    ("accessPoint", "", "accessPoint"),
    ("ethernet", "", "ethernet"),
    ("login", "", "login"),
    ("server", "", "server"),
    ("server.tls", "server", "tls"),
    ("log", "", "log"),
)

# Section, key, default, name of the rule, its arguments. All constant, so that frozen it takes no heap, and no name is
# put together or cut unless something is wrong. `?` allows null; a list's argument is its elements' rule.
_TABLE = (
    ("", "hostname", "mws2", "host"),
    ("wifi", "networks", (), "list", "network"),
    ("wifi", "timeoutSec", 20, "int", 1, 300),
    ("wifi", "country", None, "country?"),
    ("wifi", "antenna", "internal", "enum", "internal", "external"),
    ("wifi", "powerSave", False, "bool"),
    ("accessPoint", "mode", "fallback", "enum", "off", "fallback", "always"),
    # 30 and not 32: {id} is two characters shorter than what replaces it.
    ("accessPoint", "ssid", "MicroWebSrv2-{id}", "ssid", 30),
    ("accessPoint", "password", FACTORY_PASSWORD, "password?"),
    ("ethernet", "enabled", None, "bool?"),
    # The WiPy's alone: those of its factory, and as long as its memory for them.
    ("login", "user", "micro", "text", 32),
    ("login", "password", "python", "text", 32),
    ("server", "port", 80, "int", 1, 65535),
    ("server", "root", "webroot", "text", 128),
    ("server", "profile", "embedded", "enum", "embedded", "light", "normal", "large"),
    ("server", "threads", 0, "int", 0, 16),
    ("server", "notFoundUrl", None, "text?", 256),
    ("server.tls", "cert", None, "text?", 128),
    ("server.tls", "key", None, "text?", 128),
    ("server", "protectedPath", "/", "path", 128),
    ("", "users", (), "list", "user"),
    ("", "modules", (), "list", "name"),
    ("", "app", "app", "name?"),
    ("log", "level", "info", "enum", "debug", "info", "warning", "error"),
    # Nothing else on the device is called so: neither this file and its copies, nor the start files, nor a page.
    ("log", "file", None, "text?", 128, ".log"),
)

# The keys of one element of wifi.networks, and of users; the first must be there.
_NETWORK_TABLE = (("", "ssid", None, "ssid", 32), ("", "password", None, "password?"))
_USER_TABLE = (("", "name", None, "user"), ("", "hash", None, "passwordHash?"))

# Stands for a user that cannot be read: nobody can log in as that, and the device asks for a user all the same. A slip
# in the file must not open what it was to protect.
_NOBODY = "(wrong)"


def Load(path="config.json"):
    """Read a configuration file.

    Returns (config, problems): a complete configuration (nested dicts and lists, keys as in the file) and a list of
    texts, empty when all was well. A file that cannot be used as a whole is replaced by the good copy beside it
    (`.bak`), and that one by the defaults. Never raises for what the file holds.
    """
    data, problem = configFile.Read(path)
    if data is not None:
        return Check(data)
    good = configFile.GoodCopy(path)
    data = configFile.Read(good)[0]
    if data is None:
        return Check({})[0], ["%s: %s; the defaults are used" % (path, problem)]
    config, problems = Check(data)
    return config, ["%s: %s; %s is used instead" % (path, problem, good)] + problems


def Check(data):
    """Check what a configuration file holds.

    data: the parsed JSON, of any type.
    Returns (config, problems) as Load does. Each wrong value is replaced by its default, each wrong element of a list
    is left out, each unknown key is named.
    """
    problems = []
    config = {}
    found = {"": _object(data, "the file", problems)}
    made = {"": config}
    for section, parent, key in _SECTIONS:
        found[section] = _object(found[parent].get(key, {}), section, problems)
        made[section] = made[parent][key] = {}
    for row in _TABLE:
        section, key, default = row[:3]
        value = found[section].get(key, default)
        made[section][key] = value if value is default and row[3] != "list" else _value(value, section, row, problems)
    for section in found:
        _reportUnknown(found[section], section, made[section], problems)
    _checkTLS(config["server"]["tls"], problems)
    return config, problems


def Save(config, path="config.json"):
    """Write a configuration whole, or leave the old one.

    Its good copy is the one with which the device last served; where there is none yet, the old one becomes it. Raises
    ValueError that names what is wrong in the configuration, OSError when the disk refuses: the old file is then still
    in place.
    """
    problems = Check(config)[1]
    if problems:
        raise ValueError("configuration not saved: " + "; ".join(problems))
    if configFile.Read(configFile.GoodCopy(path))[0] is None and configFile.Read(path)[0] is not None:
        configFile.KeepGood(path)
    configFile.Write(path, json.dumps(config).encode())


def _join(section, key):
    return section + "." + key if section else key


def _object(value, name, problems):
    if isinstance(value, dict):
        return value
    problems.append("%s: expected an object {…}, got %s" % (name, runtime.JSONTypeName(value)))
    return {}


def _value(value, section, row, problems):
    """Return the value of a row's key in a section if it keeps the row's rule, else its default."""
    key, default, rule = row[1:4]
    name = _join(section, key)
    if rule == "list":
        return _list(value, name, row[4], problems)
    expected = Expected(rule, value, row[4:])
    if expected is None:
        return value
    problems.append("%s: expected %s, got %s" % (name, expected, _shown(value, rule)))
    return default


def _list(values, name, rule, problems):
    """Return the good elements of a list; the wrong ones are named and left out."""
    good = []
    if not isinstance(values, (list, tuple)):
        problems.append("%s: expected a list […], got %s" % (name, runtime.JSONTypeName(values)))
        return [{"name": _NOBODY, "hash": None}] if rule == "user" else good
    if len(values) > _MAX_ITEMS:
        problems.append("%s: expected at most %d elements, got %d" % (name, _MAX_ITEMS, len(values)))
    for i in range(min(len(values), _MAX_ITEMS)):
        element = "%s[%d]" % (name, i)
        if rule == "network":
            value = _network(values[i], element, problems)
        elif rule == "user":
            value = _user(values[i], element, problems)
        else:
            value = _value(values[i], "", ("", element, None, rule), problems)
        if value is not None:
            good.append(value)
    return good


def _network(source, name, problems):
    """Return one network of wifi.networks with both its keys, or None if it cannot be joined as it is written."""
    return _element(source, name, _NETWORK_TABLE, "it is the name of the network to join", problems)


def _user(source, name, problems):
    """Return one of users with both its keys; if it is wrong, one that nobody can log in as."""
    user = _element(source, name, _USER_TABLE, "it is what the user logs in by", problems)
    return user or {"name": _NOBODY, "hash": None}


def _element(source, name, table, purpose, problems):
    """Return an object of a list with all its keys, or None if something is wrong with one; `purpose` of the first."""
    before = len(problems)
    source = _object(source, name, problems)
    if len(problems) > before:
        return None
    first = table[0][1]
    if first not in source:
        problems.append("%s.%s: missing, %s" % (name, first, purpose))
    element = {}
    for row in table:
        key = row[1]
        element[key] = _value(source[key], name, row, problems) if key in source else row[2]
    usable = len(problems) == before
    _reportUnknown(source, name, element, problems)
    return element if usable else None


def _checkTLS(tls, problems):
    for name, other in (("cert", "key"), ("key", "cert")):
        if tls[name] is not None and tls[other] is None:
            problems.append("server.tls.%s: missing or wrong, server.tls.%s needs it; TLS stays off" % (other, name))
            tls[name] = None


# --- The words of a problem.


def _shown(value, rule):
    """Return a value as a problem may show it: short, and never a password or what may contain one."""
    if rule[:8] == "password" or isinstance(value, (dict, list)):
        return runtime.JSONTypeName(value)
    text = json.dumps(value)
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"


def _reportUnknown(source, section, names, problems):
    unknown = [str(key) for key in source if key not in names]
    if len(unknown) > _MAX_ITEMS:
        problems.append("%s: %d unknown keys, ignored" % (section or "the file", len(unknown)))
        return
    for key in unknown:
        hint = _nearest(key, names)
        hint = _join(section, hint) if hint else _elsewhere(key, section)
        problem = "%s: unknown key, ignored" % _join(section, key[:_MAX_SHOWN])
        problems.append(problem + (", did you mean %s?" % hint if hint else ""))


def _elsewhere(key, section):
    """Return the known key of that name further down, or None: {"port": 80} was meant as server.port."""
    elements = ["wifi.networks[].ssid", "wifi.networks[].password", "users[].name", "users[].hash"]
    for name in elements + [_join(row[0], row[1]) for row in _TABLE]:
        dot = name.rfind(".")
        parent, last = name[: max(dot, 0)], name[dot + 1 :]
        if last.lower() == key.lower() and (not section or parent[: len(section)] == section):
            return name
    return None


def _nearest(key, names):
    """Return the name that a key was obviously meant to be, or None."""
    key = _plain(key)
    allowed = 1 if len(key) < 5 else 2
    best = None
    for name in names:
        distance = _distance(key, _plain(name)) if abs(len(key) - len(name)) <= 4 else allowed + 1
        if distance <= allowed:
            best, allowed = name, distance - 1
    return best


def _plain(name):
    return name.lower().replace("_", "").replace("-", "")


def _distance(a, b):
    """Return how many letters to change, add, drop or swap with their neighbour turn one text into the other."""
    before, last = None, list(range(len(b) + 1))
    for i in range(len(a)):
        row = [i + 1]
        for j in range(len(b)):
            cost = min(last[j] + (a[i] != b[j]), last[j + 1] + 1, row[j] + 1)
            if i and j and a[i] == b[j - 1] and a[i - 1] == b[j]:
                cost = min(cost, before[j - 1] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
