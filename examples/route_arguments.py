"""Values out of the path, and paths made of values.

    python3 examples/route_arguments.py [PORT [ADDRESS]]

Open http://127.0.0.1:8080/users and follow the links.
"""

from MicroWebSrv2 import GET, MicroWebSrv2, PathFromRoute, ResolveRoute, WebRoute

_USERS = {
    1: {"firstname": "Ada", "lastname": "Lovelace"},
    2: {"firstname": "Grace", "lastname": "Hopper"},
}


@WebRoute(GET, "/users")
def ListUsers(microWebSrv2, request):
    """Shows a link for each property of each user. No path is written by hand: PathFromRoute makes them."""
    lines = ["<!DOCTYPE html><title>Users</title><h1>Users</h1><ul>"]
    for number in sorted(_USERS):
        for name in sorted(_USERS[number]):
            path = PathFromRoute("profile", {"id": number, "property": name})
            lines.append('<li><a href="%s">%s</a>' % (path, MicroWebSrv2.HTMLEscape(path)))
    request.Response.ReturnOk("\n".join(lines))


@WebRoute(GET, "/users/<id>/profile/<property>", "profile")
def ShowProperty(microWebSrv2, request, args):
    """`args` holds what stood in the path: an int where all was digits, otherwise a str, decoded."""
    user = _USERS.get(args["id"])
    if user is None or args["property"] not in user:
        request.Response.ReturnNotFound()
    else:
        request.Response.ReturnOkJSON({"args": args, "value": user[args["property"]]})


@WebRoute(GET, "/users/newest/profile/<property>")
def ShowNewest(microWebSrv2, request, args):
    """A route that says "newest" wins over the one that takes any <id>."""
    args["id"] = max(_USERS)
    ShowProperty(microWebSrv2, request, args)


@WebRoute(GET, "/which")
def ShowRoute(microWebSrv2, request):
    """/which?path=/users/2/profile/lastname tells which route takes that path."""
    route = ResolveRoute(GET, request.QueryParams.get("path", ""))
    if route is None:
        request.Response.ReturnOkJSON(None)
    else:
        request.Response.ReturnOkJSON({"name": route.Name, "routePath": route.RoutePath, "args": route.Args})


if __name__ == "__main__":
    from standalone import Serve

    Serve("/users")
