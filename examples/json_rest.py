"""A small REST service: a list of things to do, kept in memory.

    python3 examples/json_rest.py [PORT [ADDRESS]]

Then

    curl http://127.0.0.1:8080/api/items
    curl -i http://127.0.0.1:8080/api/items --json '{"title": "water the tomatoes"}'
    curl http://127.0.0.1:8080/api/items/1 -X PUT --json '{"title": "water them", "done": true}'
    curl -i http://127.0.0.1:8080/api/items/1 -X DELETE
"""

from MicroWebSrv2 import DELETE, GET, POST, PUT, PathFromRoute, WebRoute

_MAX_ITEMS = 32  # so that nobody fills a board's memory
_MAX_TITLE = 80  # characters

_items = {}  # id -> item; one thread serves, so it needs no lock
_lastId = 0


@WebRoute(GET, "/api/items")
def ListItems(microWebSrv2, request):
    """Answers 200 and every item."""
    request.Response.ReturnOkJSON([_items[number] for number in sorted(_items)])


@WebRoute(POST, "/api/items")
def AddItem(microWebSrv2, request):
    """Answers 201 and the new item, whose path is in the field Location."""
    global _lastId
    if len(_items) >= _MAX_ITEMS:
        _Refuse(request, 507, "the list is full, it holds %d items" % _MAX_ITEMS)
        return
    values = _PostedValues(request)
    if values is None:
        return
    _lastId += 1
    values["id"] = _lastId
    _items[_lastId] = values
    request.Response.SetHeader("Location", PathFromRoute("item", {"id": _lastId}))
    request.Response.ReturnJSON(201, values)


@WebRoute(GET, "/api/items/<id>", "item")
def ShowItem(microWebSrv2, request, args):
    """Answers 200 and the item."""
    if _Exists(request, args):
        request.Response.ReturnOkJSON(_items[args["id"]])


@WebRoute(PUT, "/api/items/<id>")
def ReplaceItem(microWebSrv2, request, args):
    """Answers 200 and the item as it is now."""
    if not _Exists(request, args):
        return
    values = _PostedValues(request)
    if values is not None:
        values["id"] = args["id"]
        _items[args["id"]] = values
        request.Response.ReturnOkJSON(values)


@WebRoute(DELETE, "/api/items/<id>")
def RemoveItem(microWebSrv2, request, args):
    """Answers 204, without content."""
    if _Exists(request, args):
        del _items[args["id"]]
        request.Response.Return(204)


def _Exists(request, args):
    """Says whether there is such an item; answers 404 if not."""
    if args["id"] in _items:
        return True
    _Refuse(request, 404, "there is no item %s" % args["id"])
    return False


def _PostedValues(request):
    """Returns the posted item as a dict with "title" and "done", or answers 400 and returns None."""
    posted = request.GetPostedJSONObject()
    if not isinstance(posted, dict):
        _Refuse(request, 400, "expected a JSON object, with Content-Type: application/json")
        return None
    title = posted.get("title")
    done = posted.get("done", False)
    if not isinstance(title, str) or not 0 < len(title) <= _MAX_TITLE:
        _Refuse(request, 400, "title: expected a text of 1..%d characters" % _MAX_TITLE)
        return None
    if not isinstance(done, bool):
        _Refuse(request, 400, "done: expected true or false")
        return None
    return {"title": title, "done": done}


def _Refuse(request, code, why):
    request.Response.ReturnJSON(code, {"error": why})


if __name__ == "__main__":
    from standalone import Serve

    Serve("/api/items")
