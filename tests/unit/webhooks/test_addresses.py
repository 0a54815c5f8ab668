"""Which addresses may be called, and what a URL may say."""

from collections.abc import Iterator

import pytest

from millrace.errors import InvalidField
from millrace.settings import Settings
from millrace.webhooks import addresses, destination
from millrace.webhooks.destination import Unfit, insist, parsed


@pytest.fixture(autouse=True)
def wall(monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Nothing is allowed unless a test says so."""
    made = Settings(_env_file=None, webhook_allow="", local_only=False)  # type: ignore[call-arg]
    for module in (addresses, destination):
        monkeypatch.setattr(module, "settings", lambda: made)
    yield made


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.0.1",
        "169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1",
        "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255", "168.63.129.16",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1", "5f00::1",
        "2001::1", "2001:10::1", "2001:db8::1", "3fff::1",
        # Mapped, compatible, translated, NAT64, local NAT64, 6to4, Teredo.
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::8.8.8.8", "2002:7f00:1::", "2002:808:808::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)  # fmt: skip
def test_what_is_no_public_server_is_not_called(address: str) -> None:
    assert not addresses.may_be_called(addresses.parse(address))


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "192.0.1.1", "223.255.255.255", "2606:4700:4700::1111",
     "2a00:1450:4001:80b::200e", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"],
)  # fmt: skip
def test_public_servers_are_called(address: str) -> None:
    assert addresses.may_be_called(addresses.parse(address))


def test_what_is_allowed_is_called_and_nothing_beside_it(wall: Settings) -> None:
    wall.webhook_allow = "127.0.0.1/32, fd00:1::/32"
    for address, may in (("127.0.0.1", True), ("::ffff:127.0.0.1", True), ("127.0.0.2", False), ("fd00:1::7", True)):
        assert addresses.may_be_called(addresses.parse(address)) is may


def test_in_local_only_mode_nothing_leaves_the_house_but_to_what_is_allowed(wall: Settings) -> None:
    wall.local_only, wall.webhook_allow = True, "10.1.0.0/16"
    assert not addresses.may_be_called(addresses.parse("8.8.8.8"))
    assert addresses.may_be_called(addresses.parse("10.1.2.3"))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "characters"), ("https://" + "a" * 2048, "characters"), ("https://a.example/\r\nX: y", "characters"),
        ("https://a.example/a b", "characters"), ("https://\u0430.example/", "characters"),
        ("https://a.example\\@b.example/", "characters"), ("https://[::1/", "read"),
        ("https://a.example:70000/", "read"), ("https://a.example:x/", "read"), ("a.example", "https://"),
        ("//a.example/", "https://"), ("https:///x", "https://"), ("https://:443/", "https://"),
        ("https://a.example:0/", "https://"), ("ftp://a.example/", "https://"), ("file:///etc/passwd", "https://"),
        ("gopher://a.example/", "https://"), ("javascript:alert(1)", "https://"), ("https://user@a.example/", "user"),
        ("https://user:password@a.example/", "user"), ("https://a.example/#x", "fragment"),
        ("http://a.example/", "must be https"), ("https://a.example:22/", "port 22"),
        ("https://a.example:80/", "port 80"), ("https://a.example:6667/", "port 6667"),
        ("https://127.0.0.1/", "public internet"), ("https://[::1]/", "public internet"),
        ("https://169.254.169.254/latest/meta-data", "public internet"),
        ("https://[::ffff:10.0.0.1]/", "public internet"), ("http://8.8.8.8/", "must be https"),
    ],
)  # fmt: skip
def test_a_bad_url_is_refused_and_told_why(url: str, says: str) -> None:
    with pytest.raises(InvalidField, match=says) as refused:
        destination.check(url, "webhook.url", resolve=False)
    assert refused.value.param == "webhook.url"


@pytest.mark.parametrize(
    ("url", "host", "port", "target"),
    [
        ("https://a.example", "a.example", 443, "/"),
        ("https://A.example:8443/x/y?z=%20&a=b", "a.example", 8443, "/x/y?z=%20&a=b"),
        ("https://[2606:4700:4700::1111]:443/", "2606:4700:4700::1111", 443, "/"),
    ],
)
def test_a_good_url_is_taken_apart(url: str, host: str, port: int, target: str) -> None:
    found = parsed(url)
    assert (found.tls, found.host, found.port, found.target) == (True, host, port, target)
    destination.check(url, "url", resolve=False)


def test_one_address_that_may_not_be_called_spoils_all() -> None:
    public, private = addresses.parse("8.8.8.8"), addresses.parse("10.0.0.1")
    insist(parsed("https://a.example/"), [public])
    for found in ([private], [public, private], []):
        with pytest.raises(Unfit):
            insist(parsed("https://a.example/"), found)


def test_where_it_is_allowed_http_will_do_on_any_port(wall: Settings) -> None:
    wall.webhook_allow = "127.0.0.1"
    destination.check("http://127.0.0.1:81/", "url", resolve=False)
    with pytest.raises(Unfit, match="https"):
        insist(parsed("http://a.example/"), [addresses.parse("127.0.0.1"), addresses.parse("8.8.8.8")])


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost."])
def test_other_spellings_of_this_machine_are_known_by_where_they_lead(host: str) -> None:
    with pytest.raises(InvalidField, match=r"public internet|resolved"):
        destination.check(f"https://{host}/", "url", resolve=True)
