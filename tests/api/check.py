"""Checks the public API by its behaviour, on any runtime. Prints `WRONG …` for each fault, and `CHECKED` at the end.

Arguments: a folder with index.html and sub/default.htm, a certificate and its key in PEM.
"""

import sys

import names

import MicroWebSrv2 as package
from MicroWebSrv2 import MicroWebSrv2, MicroWebSrv2Exception, PathFromRoute, RegisterRoute, ResolveRoute, WebRoute
from MicroWebSrv2.libs.interpreter import AddNow

checked = 0


def expect(is_so, what):
    global checked
    checked += 1
    if not is_so:
        print("WRONG", what)


def raises(error, function, *args):
    """Whether function(*args) raises just this error, with a text."""
    try:
        function(*args)
    except error as ex:
        return bool(str(ex))
    except Exception as ex:
        print("raised", type(ex).__name__, ex)
    return False


def check_existence():
    for name in names.EXPORTS:
        expect(hasattr(package, name), f"{name} is missing")
    for owner in set(names.INSTANCE_METHODS) | set(names.PROPERTIES):
        AddNow(getattr(package, owner))  # what a device waits with until it is asked for
    for table in (names.STATIC_METHODS, names.INSTANCE_METHODS, names.PROPERTIES):
        for owner in table:
            for name in table[owner]:
                expect(hasattr(getattr(package, owner), name), f"{owner}.{name} is missing")
    for owner in names.ATTRIBUTES:
        for name in names.ATTRIBUTES[owner]:
            # What an instance sets for itself is looked for by the tests of sockets.
            expect(hasattr(getattr(package, owner), name), f"{owner}.{name} is missing")
    for name in names.METHODS:
        expect(getattr(package, name) == name, f"{name} is another text")
    for owner in ("XClosedReason", "MicroWebSrv2"):
        values = {getattr(getattr(package, owner), name) for name in names.ATTRIBUTES[owner]}
        expect(len(values) == 4, f"the constants of {owner} are not four")


def check_tables():
    for ext in names.MIME_TYPES:
        found = MicroWebSrv2.GetMimeTypeFromFilename("folder.d/file" + ext)
        expect(found == names.MIME_TYPES[ext], f"{ext} is {found}")
    expect(MicroWebSrv2.GetMimeTypeFromFilename("FILE.TXT") == "text/plain", "extension in capitals")
    for filename in ("file", "file.unknown", "file.txt.unknown", ".", "file."):
        expect(MicroWebSrv2.GetMimeTypeFromFilename(filename) is None, f"{filename} has a type")
    MicroWebSrv2.AddMimeType(".tar", "application/x-tar")
    expect(MicroWebSrv2.GetMimeTypeFromFilename("a.tar") == "application/x-tar", "AddMimeType")
    for args in (("", "a/b"), (".a", ""), (None, "a/b"), (".a", None), ("a", "a/b"), (1, "a/b")):
        expect(raises(ValueError, MicroWebSrv2.AddMimeType, *args), f"AddMimeType{args}")
    for value in ("", None, 1):
        expect(raises(ValueError, MicroWebSrv2.GetMimeTypeFromFilename, value), f"GetMimeTypeFromFilename({value!r})")
        expect(raises(ValueError, MicroWebSrv2.AddDefaultPage, value), f"AddDefaultPage({value!r})")
        expect(raises(ValueError, MicroWebSrv2.LoadModule, value), f"LoadModule({value!r})")
    for name in ("NoSuchModule", "../microWebSrv2", "a.b"):
        expect(raises(MicroWebSrv2Exception, MicroWebSrv2.LoadModule, name), f"LoadModule({name!r})")
    escaped = MicroWebSrv2.HTMLEscape("<a href=\"x\">'&amp;'</a>")
    expect(escaped == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;&#39;&lt;/a&gt;", f"HTMLEscape: {escaped}")
    expect(MicroWebSrv2.HTMLEscape("") == "", "HTMLEscape of nothing")
    expect(raises(ValueError, MicroWebSrv2.HTMLEscape, None), "HTMLEscape(None)")


def check_settings():
    server = MicroWebSrv2()
    fresh = tuple([getattr(server, name) for name in names.PRESET_PROPERTIES])
    expect(fresh == names.PRESETS["SetNormalConfig"], f"the default is {fresh}")
    expect(server.BindAddress == ("0.0.0.0", 80), f"BindAddress is {server.BindAddress}")
    expect(not server.IsRunning and not server.IsSSLEnabled, "a new server runs, or is in TLS")
    expect(server.NotFoundURL is None and server.OnLogging is None, "NotFoundURL and OnLogging are not None")
    expect(not server.AllowAllOrigins and not server.CORSAllowAll, "origins are allowed")
    expect(isinstance(server.RootPath, str) and isinstance(server.RequestsTimeoutSec, int), "defaults of another type")
    for preset in names.PRESETS:
        getattr(server, preset)()
        found = tuple([getattr(server, name) for name in names.PRESET_PROPERTIES])
        expect(found == names.PRESETS[preset], f"{preset} sets {found}")
    for name, good, bad in names.ASSIGNMENTS:
        for value in good:
            setattr(server, name, value)
            expect(getattr(server, name) == value, f"{name} is not {value!r}")
        for value in bad:
            expect(raises(ValueError, setattr, server, name, value), f"{name} = {value!r}")
            expect(getattr(server, name) == good[-1], f"{name} was changed by {value!r}")
    for name in ("IsRunning", "IsSSLEnabled"):
        expect(raises(AttributeError, setattr, server, name, True), f"{name} can be set")
    for value in (None, 1, object()):
        expect(raises(ValueError, server.StartInPool, value), f"StartInPool({value!r})")
    for value in (-1, "1", None):
        expect(raises(ValueError, server.StartManaged, value), f"StartManaged({value!r})")
        expect(raises(ValueError, server.StartManaged, 1, value), f"StartManaged(1, {value!r})")
    server.Stop()


def check_log():
    server = MicroWebSrv2()
    said = []
    server.OnLogging = lambda microWebSrv2, msg, msgType: said.append((microWebSrv2 is server, msg, msgType))
    for level in (MicroWebSrv2.DEBUG, MicroWebSrv2.INFO, MicroWebSrv2.WARNING, MicroWebSrv2.ERROR):
        server.Log(12, level)
        expect(said[-1] == (True, "12", level), f"the log said {said[-1]}")


def check_files(root):
    server = MicroWebSrv2()
    server.RootPath = root
    for path, physical in (
        ("/index.html", "/index.html"), ("/", "/index.html"), ("/sub", "/sub/default.htm"),
        ("/sub/", "/sub/default.htm"), ("/missing", None), ("/sub/../index.html", None), ("/../secret", None),
        ("index.html", None),
    ):  # fmt: skip
        found = server.ResolvePhysicalPath(path)
        expect(found == (physical and root + physical), f"{path} is {found}")
    expect(raises(ValueError, server.ResolvePhysicalPath, ""), "ResolvePhysicalPath of nothing")
    expect(raises(ValueError, server.ResolvePhysicalPath, None), "ResolvePhysicalPath(None)")
    MicroWebSrv2.AddDefaultPage("home.html")
    expect(server.ResolvePhysicalPath("/home/") == root + "/home/home.html", "AddDefaultPage")
    expect(server.ResolvePhysicalPath("/") == root + "/index.html", "the pages' order")


def check_ssl(cert, key):
    server = MicroWebSrv2()
    server.EnableSSL(certFile=cert, keyFile=key)
    expect(server.IsSSLEnabled and server.BindAddress == ("0.0.0.0", 443), "EnableSSL")
    server.DisableSSL()
    expect(not server.IsSSLEnabled and server.BindAddress == ("0.0.0.0", 80), "DisableSSL")
    server.BindAddress = ("127.0.0.1", 8443)
    server.EnableSSL(cert, key, None)
    expect(server.BindAddress == ("127.0.0.1", 8443), "EnableSSL changes another port than 80")
    server.DisableSSL()
    expect(server.BindAddress == ("127.0.0.1", 8443), "DisableSSL changes another port than 443")
    for args in (("", key), (cert, ""), (None, key), (cert, None), (cert, key, ""), (cert, key, 1)):
        expect(raises(ValueError, server.EnableSSL, *args), f"EnableSSL{args}")


def check_routes():
    def handler(server, request):
        pass

    expect(WebRoute("GET", "/plain")(handler) is handler, "the decorator gives back another function")
    expect(RegisterRoute(handler, "POST", "/plain", "posted") is None, "RegisterRoute returns something")
    RegisterRoute(handler, "GET", "/users/<id>/profile/<property>", "profile")
    result = ResolveRoute("GET", "/users/123/profile/firstname")
    expect(result.Handler is handler and result.Method == "GET", "ResolveRoute: another handler")
    expect(result.RoutePath == "/users/<id>/profile/<property>" and result.Name == "profile", "ResolveRoute: path")
    expect(result.Args == {"id": 123, "property": "firstname"}, f"ResolveRoute: {result.Args}")
    plain = ResolveRoute("GET", "/plain")
    expect(plain.Name is None and not plain.Args, "ResolveRoute without arguments")
    for args in (("DELETE", "/plain"), ("GET", "/none"), ("GET", ""), ("", "/plain"), ("GET", "/users/1/profile")):
        expect(ResolveRoute(*args) is None, f"ResolveRoute{args}")
    for args in ((None, "/plain"), ("GET", None)):
        expect(raises(ValueError, ResolveRoute, *args), f"ResolveRoute{args}")
    expect(PathFromRoute("posted") == "/plain", "PathFromRoute without arguments")
    path = PathFromRoute("profile", {"id": 5, "property": "a b/c"})
    expect(path == "/users/5/profile/a%20b%2Fc", f"PathFromRoute: {path}")
    expect(ResolveRoute("GET", path).Args == {"id": 5, "property": "a b/c"}, "there and back")
    for args in (("none",), ("profile",), ("profile", {"id": 1})):
        expect(raises(package.WebRouteException, PathFromRoute, *args), f"PathFromRoute{args}")
    for args in (("",), (None,), ("profile", None)):
        expect(raises(ValueError, PathFromRoute, *args), f"PathFromRoute{args}")
    for args in ((None, "GET", "/a"), ("x", "GET", "/a"), (handler, "", "/a"), (handler, None, "/a"),
                 (handler, "GET", ""), (handler, "GET", "a"), (handler, "GET", None), (handler, "GET", "/a", ""),
                 (handler, "GET", "/a", 1), (handler, "GET", "/<a>/<a>")):  # fmt: skip
        expect(raises(ValueError, RegisterRoute, *args), f"RegisterRoute{args[1:]}")


def main():
    root, cert, key = sys.argv[1:4]
    check_existence()
    check_tables()
    check_settings()
    check_log()
    check_files(root)
    check_ssl(cert, key)
    check_routes()
    print("CHECKED", checked)


main()
