import re

import pytest

from web.security import (
    HEADERS,
    PART_HEADERS,
    WORKER_HEADERS,
    WORKER_POLICY,
    RequestPolicy,
    parse_host,
)

GATE = RequestPolicy(["chat.example.org", "Proxy.Example:443", "not a name"], "my-box.example.net")


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:8080", "192.168.7.9:80",
        "[::1]:8080", "[2001:db8::1]", "printer", "printer:9000", "my-laptop.local",
        "MY-BOX.example.net:8080",
        "chat.example.org", "chat.example.org:8443", "proxy.example", "under_score",
    ],
)  # fmt: skip
def test_hosts_that_are_ours(host: str) -> None:
    assert GATE.judge_host([host]) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.test", "evil.test:8080", "localhost.evil.test", "127.0.0.1.evil.test",
        "evil.localhost", "chat.example.org.evil.test", "xchat.example.org", "a.chat.example.org",
        "local.evil",
        "evil.test.", "127.1", "0x7f.0.0.1", "example.org", ".local",
    ],
)  # fmt: skip
def test_names_that_may_be_rebound(host: str) -> None:
    refusal = GATE.judge_host([host])
    assert refusal is not None
    assert refusal.status == 421
    assert f"--public-host {host.split(':', maxsplit=1)[0]}" in refusal.text


@pytest.mark.parametrize(
    "hosts",
    [
        [], ["localhost", "localhost"], [""], ["a b"], ["localhost:"], ["localhost:0"],
        ["localhost:65536"], ["localhost:8080:1"], ["[::1"], ["[evil]"], ["::1"],
        ["user@localhost"], ["localhost/x"], ["localhost,evil.test"], ["löcal"], ["localhost\x00"],
        ["a" * 300],
    ],
)  # fmt: skip
def test_hosts_that_are_none(hosts: list[str]) -> None:
    refusal = GATE.judge_host(hosts)
    assert refusal is not None
    assert refusal.status == 400


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://LOCALHOST:8080", "localhost:8080"),
        ("HTTP://localhost", "localhost"),
        ("http://localhost", "localhost:80"),
        ("http://[::1]:8080", "[::1]:8080"),
        ("http://[0:0:0:0:0:0:0:1]:8080", "[::1]:8080"),
        ("https://chat.example.org", "chat.example.org"),
        ("https://chat.example.org", "chat.example.org:443"),
        ("http://chat.example.org:8080", "chat.example.org:8080"),
        # Behind a proxy that ends TLS, under any name that the Host rule allows.
        ("https://localhost:18443", "localhost:18443"),
        ("https://127.0.0.1:18443", "127.0.0.1:18443"),
        ("https://[::1]:18443", "[::1]:18443"),
        ("https://printer.local", "printer.local"),
        ("https://printer", "printer:443"),
        ("https://printer", "printer"),
    ],
)
def test_own_origins(origin: str, host: str) -> None:
    assert GATE.judge_origin([origin], host) is None


def test_whoever_sends_no_origin_is_no_browser() -> None:
    assert GATE.judge_origin([], "localhost:8080") is None


@pytest.mark.parametrize(
    "origins",
    [
        ["http://evil.test"], ["null"], [""], ["http://localhost"], ["http://localhost:8081"],
        ["https://localhost"], ["https://localhost:8443"], ["ws://localhost:8080"], ["file://localhost:8080"],
        ["chrome-extension://localhost:8080"], ["localhost:8080"], ["//localhost:8080"],
        ["http://localhost:8080.evil.test"], ["http://localhost:8080@evil.test"],
        ["http://evil.test#localhost:8080"], ["http://localhost:8080/"], ["http://localhost:8080 "],
        ["http://evil.test/http://localhost:8080"], ["http://xlocalhost:8080"],
        ["http://localhost.:8080"], ["http://127.0.0.1:8080"], ["http://localhost:08080x"],
        ["http://localhost:8080", "http://localhost:8080"],
        ["http://localhost:8080", "http://evil.test"],
        ["http://localhost:8080, http://evil.test"], ["http://localhost:8080\\evil"],
    ],
)  # fmt: skip
def test_foreign_origins(origins: list[str]) -> None:
    refusal = GATE.judge_origin(origins, "localhost:8080")
    assert refusal is not None
    assert refusal.status == 403


@pytest.mark.parametrize(
    ("origin", "host", "words"),
    [
        (
            "https://localhost:8443", "localhost",
            "https://localhost:8443, but the proxy in front says Host: localhost, without the port",
        ),
        ("https://[::1]:8443", "[::1]", "says Host: [::1], without the port"),
        ("https://chat.example.org", "127.0.0.1:8080", "the proxy says Host: 127.0.0.1:8080"),
        ("https://other.example.org", "127.0.0.1:8080", "--public-host NAME"),
    ],
)  # fmt: skip
def test_who_is_behind_a_proxy_is_told_what_to_change(origin: str, host: str, words: str) -> None:
    refusal = GATE.judge_origin([origin], host)
    assert refusal is not None
    assert refusal.status == 403
    assert words in refusal.text
    assert "proxy_set_header Host $http_host" in refusal.text


def test_what_a_proxy_says_it_was_asked_for_counts_as_the_host() -> None:
    assert GATE.judge_origin(["https://localhost:8443"], "localhost", ["localhost:8443"]) is None
    told = ["chat.example.org"]
    assert GATE.judge_origin(["https://chat.example.org"], "127.0.0.1:8080", told) is None
    # Only names that the Host rule allows; and only what it says.
    for origin, forwarded in (
        ("https://evil.test", ["evil.test"]), ("https://localhost:9", ["localhost:8"]),
        ("https://localhost:9", [""]), ("https://localhost:9", ["a b", "localhost"]),
    ):  # fmt: skip
        assert GATE.judge_origin([origin], "localhost", forwarded) is not None


def test_hosts_are_compared_as_they_are_meant() -> None:
    assert parse_host("[::FFFF:0:1]") == parse_host("[0:0:0:0:0:ffff:0:1]")


def test_the_policy_lets_nothing_in_from_outside() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert re.findall(r"trusted-types ([^;]*)", policy) == ["hubbub-worker"]
    for one in (policy, WORKER_POLICY):
        assert "default-src 'none'" in one
        assert "unsafe" not in one
        assert "*" not in one
        assert "http" not in one


def test_every_kind_of_answer_says_what_it_is_and_whose() -> None:
    for headers in (HEADERS, PART_HEADERS, WORKER_HEADERS):
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-cache"


def test_a_dot_at_the_end_of_a_name_changes_nothing() -> None:
    policy = RequestPolicy(("chat.example.org",))
    for host in ("localhost.", "chat.example.org.", "Chat.Example.Org.:8443", "box.local."):
        assert policy.judge_host([host]) is None
    assert policy.judge_host(["evil.example."]) is not None
    assert policy.judge_origin(["http://localhost.:8080"], "localhost.:8080") is None
    assert policy.judge_origin(["http://localhost.:8080"], "localhost:8080") is not None
