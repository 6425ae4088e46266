"""A web server with all the routes of the HTTP suite.

Arguments: the port, then the path of a JSON file with an object of settings: MicroWebSrv2's properties by name, and

    preset      "Embedded", "Light", "Normal" or "Large": which Set…Config is called first ("Embedded")
    ssl         [certificate's file, key's file] or [.., .., authority's file]
    modules     names for LoadModule; what comes to WebSockets is sent back
    log         true: every message of the log is printed as `LOG level message`
    threads     0: serve in this thread; n: in n threads, while this one waits
"""

import sys
from json import load
from time import sleep

import site_answers
import site_content
import site_routes

from MicroWebSrv2 import MicroWebSrv2, XAsyncSocketsPool


def on_logging(server, message, level):
    for line in message.split("\n"):
        print("LOG", level, line)


def configure(server, port, settings):
    getattr(server, "Set%sConfig" % settings.pop("preset", "Embedded"))()
    server.BindAddress = ("127.0.0.1", port)
    if settings.pop("log", False):
        server.OnLogging = on_logging
    files = settings.pop("ssl", None)
    if files:
        server.EnableSSL(*files)
    for name in settings.pop("modules", ()):
        module = MicroWebSrv2.LoadModule(name)
        if name == "WebSockets":
            module.OnWebSocketAccepted = site_answers.on_web_socket
    for name in settings:
        setattr(server, name, settings[name])


def main():
    port = int(sys.argv[1])
    settings = {}
    if len(sys.argv) > 2:
        with open(sys.argv[2]) as file:
            settings = load(file)
    threads = settings.pop("threads", 0)
    pool = XAsyncSocketsPool()
    server = MicroWebSrv2()
    configure(server, port, settings)
    for part in (site_routes, site_content, site_answers):
        part.serve(server, pool)
    server.StartInPool(pool)
    if threads:
        pool.AsyncWaitEvents(threads)
    print("LISTENING", port)
    if not threads:
        pool.AsyncWaitEvents()
    while True:
        sleep(1)


main()
