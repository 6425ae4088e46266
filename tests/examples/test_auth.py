"""examples/auth.py: Basic and Bearer."""

EXAMPLE = "auth"
ACCOUNT = "/account"
MEASURE = "/api/measure"
CREDENTIALS = ("admin", "green:house")


def test_basic_is_asked_for(example):
    for auth in (None, ("admin", "green"), ("Admin", "green:house"), ("admin", "green:house:"), ("admin", "")):
        answer = example.get(ACCOUNT, auth=auth)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="MicroWebSrv2"'
        assert "token" not in answer.text


def test_the_password_gives_the_token(example):
    account = example.get(ACCOUNT, auth=CREDENTIALS).json()
    assert account["user"] == "admin" and len(account["token"]) == 32


def test_bearer_is_asked_for(example):
    token = example.get(ACCOUNT, auth=CREDENTIALS).json()["token"]
    for value in (None, "Bearer", "Bearer " + token[:-1], "Basic " + token, token):
        answer = example.get(MEASURE, headers={} if value is None else {"Authorization": value})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="MicroWebSrv2"'


def test_the_token_opens(example):
    token = example.get(ACCOUNT, auth=CREDENTIALS).json()["token"]
    answer = example.get(MEASURE, headers={"Authorization": "bearer " + token})
    assert (answer.status_code, answer.json()) == (200, {"celsius": 21})
