"""One program, two servers, one event loop: http and https.

    python3 examples/http_and_https.py [PORT TLS_PORT [ADDRESS]]

The ports are 8080 and 8443 where none are given. It needs a certificate, cert.pem, and its key, key.pem, in the folder
it is started from. For a try, make them yourself; browsers will warn, for nobody they know has signed it:

    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj /CN=localhost \\
        -keyout key.pem -out cert.pem

    curl -k https://127.0.0.1:8443/secure
"""

import sys

from MicroWebSrv2 import GET, MicroWebSrv2, MicroWebSrv2Exception, WebRoute, XAsyncSocketsPool

_CERT_FILE = "cert.pem"
_KEY_FILE = "key.pem"
_USUAL = ["8080", "8443", "0.0.0.0"]


@WebRoute(GET, "/secure")
def ShowSecurity(microWebSrv2, request):
    """Routes belong to every server of the program; the request tells which way it came."""
    request.Response.ReturnOkJSON({"secure": request.IsSSL, "host": request.Host})


def _Create(ip, port):
    mws2 = MicroWebSrv2()
    mws2.SetEmbeddedConfig()
    mws2.BindAddress = (ip, port)
    return mws2


def _Main():
    from standalone import Fail, Port

    given = sys.argv[1:4]
    portHttp, portHttps, ip = given + _USUAL[len(given) :]
    srvHttp = _Create(ip, Port(portHttp))
    srvHttps = _Create(ip, Port(portHttps))
    pool = XAsyncSocketsPool()
    try:
        srvHttps.EnableSSL(certFile=_CERT_FILE, keyFile=_KEY_FILE)
        srvHttp.StartInPool(pool)
        srvHttps.StartInPool(pool)
        pool.AsyncWaitEvents()  # serves both in this thread, until Ctrl-C
    except MicroWebSrv2Exception as ex:
        Fail("%s. The first lines of this example say how to make a certificate and name other ports." % ex)
    except KeyboardInterrupt:
        srvHttp.Stop()
        srvHttps.Stop()


if __name__ == "__main__":
    _Main()
