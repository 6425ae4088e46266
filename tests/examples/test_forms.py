"""examples/forms.py: a form, its answer, and a cookie."""

import html5lib

EXAMPLE = "forms"
NAME = 'Zoë "<b>" O\'Neil'


def test_the_form_is_well_formed_and_posts_to_itself(example):
    page = html5lib.parse(example.get("/order", headers={"Cookie": ""}).text, namespaceHTMLElements=False)
    (form,) = page.iter("form")
    assert (form.get("method"), form.get("action")) == ("post", "/order")
    boxes = [box.get("value") for box in page.iter("input") if box.get("name") == "extra"]
    assert boxes == ["cheese", "olives", "basil"]


def test_the_answer_shows_what_was_posted_escaped(example):
    answer = example.client.post("/order", data={"name": NAME, "extra": ["olives", "basil", "<script>"]})
    assert answer.status_code == 200
    page = html5lib.parse(answer.text, namespaceHTMLElements=False)
    assert [heading.text for heading in page.iter("h1")] == [f"Thank you, {NAME}"]
    assert [paragraph.text for paragraph in page.iter("p")] == ["Extras: olives, basil"]


def test_the_name_is_remembered_by_a_cookie(example):
    cookie = example.client.post("/order", data={"name": NAME}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=31536000" in cookie
    page = html5lib.parse(example.get("/order").text, namespaceHTMLElements=False)
    assert [box.get("value") for box in page.iter("input") if box.get("name") == "name"] == [NAME]


def test_a_name_that_is_none_is_refused(example):
    for name, count in (("", 0), ("   ", 0), ("x" * 41, 41)):
        answer = example.client.post("/order", data={"name": name})
        assert (answer.status_code, answer.text) == (400, f"name: expected 1..40 characters, got {count}")


def test_a_spoilt_cookie_is_no_fault_of_the_server(example):
    example.client.cookies.clear()
    page = example.get("/order", headers={"Cookie": "name=%zz"})
    assert page.status_code == 200 and 'name="name" value=""' in page.text
