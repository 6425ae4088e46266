"""examples/json_rest.py: create, read, replace, remove."""

import pytest

EXAMPLE = "json_rest"
ITEMS = "/api/items"


@pytest.fixture
def item(example):
    """The path of a new item, removed at the end."""
    made = example.client.post(ITEMS, json={"title": "water the tomatoes"})
    assert made.status_code == 201
    yield made.headers["Location"]
    example.client.delete(made.headers["Location"])


def test_an_item_is_made_and_found(example, item):
    shown = example.get(item).json()
    assert shown == {"id": int(item.rpartition("/")[2]), "title": "water the tomatoes", "done": False}
    assert example.get(ITEMS).json() == [shown]


def test_an_item_is_replaced(example, item):
    done = example.client.put(item, json={"title": "water them", "done": True})
    assert done.status_code == 200
    assert example.get(item).json() == done.json() == {**done.json(), "title": "water them", "done": True}


def test_an_item_is_removed(example, item):
    removed = example.client.delete(item)
    assert (removed.status_code, removed.content) == (204, b"")
    assert example.get(item).status_code == 404
    assert example.get(ITEMS).json() == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("name", ["999", "none"])
def test_what_is_not_there_is_404(example, method, name):
    answer = example.client.request(method, f"{ITEMS}/{name}", json={"title": "x"} if method == "PUT" else None)
    assert (answer.status_code, answer.json()) == (404, {"error": f"there is no item {name}"})


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "a JSON object"),
        (b"[1]", "a JSON object"),
        (b"title=x", "a JSON object"),
        (b"{}", "title"),
        (b'{"title": ""}', "title"),
        (b'{"title": 1}', "title"),
        (b'{"title": "x", "done": 1}', "done"),
    ],
)
def test_what_is_wrong_is_named(example, content, named):
    answer = example.client.post(ITEMS, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert named in answer.json()["error"]


def test_the_list_has_an_end(example):
    made = [example.client.post(ITEMS, json={"title": "x"}) for _ in range(33)]
    assert [answer.status_code for answer in made] == [201] * 32 + [507]
    for answer in made[:-1]:
        example.client.delete(answer.headers["Location"])


def test_other_methods_are_405(example):
    answer = example.client.patch(ITEMS, json={})
    assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, {"GET", "HEAD", "POST", "OPTIONS"})
