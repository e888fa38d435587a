"""test_demo_start.py - the demo's own script: what it lives through while it stays."""

import importlib.util
import pathlib

import pytest

START = pathlib.Path(__file__).resolve().parent.parent / "demo" / "start.py"


@pytest.fixture(scope="module")
def start():
    spec = importlib.util.spec_from_file_location("demo_start", START)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


class Feed:
    """Answers each heartbeat as it is told to."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def ask(self, *_):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer, {}

    def sign_in(self):
        return self

    def must(self, *_):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return {}


def test_a_heartbeat_that_fails_is_tried_again_and_ends_nothing(start, capsys):
    demo = start.Demo.__new__(start.Demo)
    for feed in (Feed(ConnectionResetError("reset by peer")), Feed(503), Feed(401, start.Stop("busy")),
                 Feed(start.http.client.RemoteDisconnected("closed"))):
        assert demo.beat(feed) == start.BEAT_AGAIN_SECONDS
    assert "reset by peer" in capsys.readouterr().err
    for feed in (Feed(200), Feed(401, 200)):
        assert demo.beat(feed) == start.HEARTBEAT_SECONDS
