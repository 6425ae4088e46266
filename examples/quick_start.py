"""A web server in three lines: it serves a folder of files, and beside them one route.

    python3 examples/quick_start.py [PORT [ADDRESS]]

Run it in the repository's folder, where `webroot` is, then open http://127.0.0.1:8080/ and /test.
"""

from time import sleep

from MicroWebSrv2 import GET, MicroWebSrv2, WebRoute


@WebRoute(GET, "/test")
def RequestTest(microWebSrv2, request):
    """Tells the client what the server knows of it."""
    request.Response.ReturnOkJSON(
        {"ClientAddr": request.UserAddress, "Accept": request.Accept, "UserAgent": request.UserAgent}
    )


if __name__ == "__main__":
    from standalone import Address

    mws2 = MicroWebSrv2()
    mws2.SetEmbeddedConfig()  # 16 KB of buffers, so that it runs on a board too
    mws2.BindAddress = Address()  # ("0.0.0.0", 8080)
    mws2.RootPath = "webroot"
    try:
        mws2.StartManaged()  # serves in a thread of its own
        while True:
            sleep(1)  # here is the place of the program's own work
    except KeyboardInterrupt:
        mws2.Stop()
