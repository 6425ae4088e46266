"""What the tests of live pages share: a folder of pages, a server a module and runtime."""

import pytest

from tests.conftest import WITH_BOARD, require
from tests.http.client import Client

MARK = b"SOURCE"  # stands in a comment of each page's code: whoever gets it got the source
PY = b"{{ py }}\n  # SOURCE\n"
LARGE = b"".join(b"%06d the quick brown fox jumps over the lazy dog\n" % i for i in range(200))

PAGES = {
    "index.pyhtml": b"<h1>{{ title }}</h1>" + PY + b"{{ end }}",
    "folder/index.pyhtml": PY + b"{{ end }}in {{ request.Path }}",
    "both/index.html": b"plain",
    "both/index.pyhtml": PY + b"{{ end }}template",
    "hello.pyhtml": PY + b"  name = request.QueryParams.get('name', 'nobody')\n{{ end }}<p>{{ name }}</p>",
    "UPPER.PYHTML": PY + b"{{ end }}{{ 1 + 1 }}",
    "routed.pyhtml": PY + b"{{ end }}",
    "empty.pyhtml": b"",
    "variable.pyhtml": PY + b"  title = title + '!'\n{{ end }}{{ title }}",
    "new.pyhtml": PY + b"{{ end }}{{ later }}",
    "form.pyhtml": PY
    + b"  form = request.GetPostedURLEncodedForm()\n{{ end }}"
    + b"{{ request.Method }} {{ for name in sorted(form) }}{{ name }}={{ form[name] }};{{ end }}",
    "redirect.pyhtml": PY + b"  response.ReturnRedirect('/hello.pyhtml')\n  return\n{{ end }}never",
    "status.pyhtml": PY + b"  response.Return(418, 'teapot')\n{{ end }}never",
    "deferred.pyhtml": PY + b"  response.Defer()\n  counted.waiting.append(response)\n{{ end }}never",
    "fields.pyhtml": PY
    + b"  response.ContentType = 'text/plain'\n  response.SetCookie('a', 'b')\n"
    + b"  response.SetHeader('X-Page', 'yes')\n{{ end }}plain",
    "fails.pyhtml": PY
    + b"  response.SetHeader('X-Page', 'yes')\n{{ end }}text\n"
    + b"{{ for x in (2, 1, 0) }}\n{{ '<&>' + 1 // x }}{{ end }}\n",
    "broken.pyhtml": b"a\n" + PY + b"  x = = '<&>'\n{{ end }}",
    "unclosed.pyhtml": b"a\n\n{{ if 1 }}" + PY + b"{{ end }}",
    "late.pyhtml": PY
    + b"{{ end }}{{ for i in range(2000) }}{{ i }} "
    + LARGE[:50]
    + b"{{ end }}\n{{ nothing }}\nnever",
    "slow.pyhtml": PY
    + b"  name = request.QueryParams['name']\n  def said():\n    return name\n{{ end }}{{ name }}\n"
    + b"{{ for i in range(int(request.QueryParams['count'])) }}{{ py }}\n    mine = name + str(i)\n{{ end }}"
    + b"{{ said() }} {{ mine }} "
    + LARGE[:1000]
    + b"{{ end }}{{ name }} {{ said() }}",
    "ended.pyhtml": PY
    + b"  try:\n    for i in range(100000):\n      yield '%06d' % i * 20\n  finally:\n    counted.up()\n{{ end }}",
    "loop.pyhtml": PY + b"{{ end }}{{ for i in range(16384) }}{{ '%063d' % i }}\n{{ end }}",
    "large.pyhtml": PY + b"{{ end }}" + b"".join(b"{{ %d + 1 }}\n" % i + LARGE for i in range(100)),
    "deep.pyhtml": PY + b"  def f(n):\n    return f(n + 1)\n{{ end }}{{ f(0) }}",
    "greedy.pyhtml": PY + b"{{ end }}{{ bytearray(1 << 60) }}",
    "asking.pyhtml": PY
    + b"{{ end }}{{ for i in range(8000) }}"
    + LARGE[:1000]
    + b"{{ end }}{{ request.GetHeader('X-Mine') }} {{ request.GetPostedURLEncodedForm() }} {{ response.HeadersSent }}",
    "finally.pyhtml": PY
    + b"  try:\n    response.Return(200, 'done')\n    yield '-' * 100000\n  finally:\n    nothing\n{{ end }}",
    "answered.pyhtml": PY + b"  response.Return(200, 'done')\n  nothing\n{{ end }}",
    "yields.pyhtml": PY + b"  yield 7\n{{ end }}",
    "ordered.pyhtml": PY + b"  print(1)\n  yield '2'\n  print(3)\n  yield b'4'\n  print(5)\n{{ end }}{{ 6 }}" + LARGE,
    "printing.pyhtml": PY + b"{{ end }}{{ for i in range(16384) }}{{ py }} print('%063d' % i) {{ end }}{{ end }}",
    "literals.pyhtml": PY + b"{{ end }}" + b"".join(b"{{ %d + 1 }}\n" % i + LARGE * 10 for i in range(10)),
    "printed.pyhtml": PY + b"  for i in range(2000):\n    print(i, '<br>')\n{{ end }}",
}


def write_pages(root):
    """Write PAGES below a folder (Path). Returns it."""
    for name, data in PAGES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


@pytest.fixture(scope="session", params=sorted(WITH_BOARD))
def runtime(request):
    """Each interpreter and the emulated board in turn, a tests.runtimes.Runtime."""
    return require(WITH_BOARD[request.param])


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A folder with PAGES, the module's own: tests change files."""
    return write_pages(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def start(runtime, root):
    """A function that starts pages.py with its words, for the module."""
    servers = []

    def start(*words, heap=None):
        servers.append(runtime.start("pages", [root, *words], heap=heap))
        return servers[-1]

    yield start
    for server in servers:
        assert server.is_running, server.output()
        server.stop()
        assert "Traceback" not in server.output(), server.output()


@pytest.fixture(scope="module")
def server(start):
    """A server with the module loaded, ShowDebug off."""
    return start()


@pytest.fixture
def client(server):
    """A new connection to `server`."""
    with Client(server.port) as client:
        yield client
