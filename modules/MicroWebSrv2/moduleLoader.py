"""Finds and makes the modules that take part in every request: imported by the first `LoadModule`."""

from .microWebSrv2 import MicroWebSrv2, MicroWebSrv2Exception

_loaded = {}  # name -> instance


def Load(name):
    """Returns what MicroWebSrv2.LoadModule does."""
    if name not in _loaded:
        _loaded[name] = instance = _Make(name)
        MicroWebSrv2.Modules.append(instance)
    return _loaded[name]


def _Make(name):
    """Returns an instance of the class of that name, of the module of that name. Raises MicroWebSrv2Exception."""
    try:
        module = _Import(name)
    except ImportError as ex:
        raise MicroWebSrv2Exception('cannot load the module "%s": %s' % (name, ex))
    create = getattr(module, name, None)
    if create is None:
        raise MicroWebSrv2Exception('the module "%s" has no class "%s"' % (name, name))
    instance = create()
    if not hasattr(instance, "OnRequest"):
        raise MicroWebSrv2Exception('the class "%s" has no method "OnRequest"' % name)
    return instance


def _Import(name):
    path = "%s.mods.%s" % (__name__[: __name__.rfind(".")], name)
    try:
        return __import__(path, None, None, (name,))
    except ImportError as ex:
        if name not in str(ex):  # it is there, and something that it needs is not
            raise
    return __import__(name)
