"""examples/route_arguments.py: values out of the path, and paths made of values."""

import re

EXAMPLE = "route_arguments"


def test_its_links_lead_somewhere(example):
    paths = re.findall('href="([^"]+)"', example.get("/users").text)
    assert sorted(paths) == [f"/users/{n}/profile/{name}" for n in (1, 2) for name in ("firstname", "lastname")]
    for path in paths:
        assert example.get(path).status_code == 200


def test_digits_become_a_number_and_the_rest_stays_text(example):
    answer = example.get("/users/2/profile/lastname").json()
    assert answer == {"args": {"id": 2, "property": "lastname"}, "value": "Hopper"}


def test_a_literal_route_wins(example):
    assert example.get("/users/newest/profile/firstname").json()["value"] == "Grace"


def test_what_is_not_there_is_404(example):
    for path in ("/users/3/profile/lastname", "/users/x/profile/lastname", "/users/1/profile/age", "/users/1"):
        assert example.get(path).status_code == 404


def test_a_path_is_resolved_to_its_route(example):
    found = example.get("/which", params={"path": "/users/2/profile/last%20name"}).json()
    assert found == {
        "name": "profile",
        "routePath": "/users/<id>/profile/<property>",
        "args": {"id": 2, "property": "last name"},
    }
    assert example.get("/which").json() is None
