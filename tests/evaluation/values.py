"""Made-up values for the evaluation sets, from the ranges that are kept free for that wherever there are some."""

import base64
import json
import string
from collections.abc import Callable
from random import Random

from tests.evaluation.check_digits import iban as with_check
from tests.evaluation.check_digits import luhn

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"

DOMAINS = [
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "corp.example.org",
    "example.edu",
    "firma.example",
    "post.example",
    "exemple.example",
    "empresa.example",
    "azienda.example",
    "uni.example",
    "sub.dept.example.com",
    "acme.test",
    "shop.invalid",
]
FIRST = [
    "ana",
    "bob",
    "chloe",
    "dieter",
    "elena",
    "femke",
    "gianni",
    "heloise",
    "inigo",
    "joao",
    "karin",
    "liam",
    "marta",
    "nils",
    "olga",
    "piotr",
]
LAST = [
    "smith",
    "mueller",
    "dupont",
    "garcia",
    "rossi",
    "silva",
    "devries",
    "jansen",
    "kowalski",
    "nilsson",
    "novak",
    "brown",
    "lopez",
    "meyer",
    "oconnor",
]

#: The card networks' published test numbers.
CARDS = [
    "4111111111111111",
    "4242424242424242",
    "4012888888881881",
    "4000056655665556",
    "5555555555554444",
    "5105105105105100",
    "2223003122003222",
    "5200828282828210",
    "378282246310005",
    "371449635398431",
    "378734493671000",
    "6011111111111117",
    "6011000990139424",
    "30569309025904",
    "38520000023237",
    "3566002020360505",
    "3530111333300000",
    "6200000000000005",
    "4000000000003220",
    "4000002760003184",
]

#: Printed as examples by the national standards and in the IBAN registry.
IBANS = [
    "GB29NWBK60161331926819",
    "DE89370400440532013000",
    "FR1420041010050500013M02606",
    "ES9121000418450200051332",
    "IT60X0542811101000000123456",
    "NL91ABNA0417164300",
    "PT50000201231234567890154",
    "BE68539007547034",
    "CH9300762011623852957",
    "AT611904300234573201",
    "IE29AIBK93115212345678",
    "PL61109010140000071219812874",
    "BR9700360305000010009795493P1",
    "SE4550000000058398257466",
    "NO9386011117947",
    "DK5000400440116243",
    "FI2112345600000785",
    "LU280019400644750000",
    "GR1601101250000000012300695",
]


def pick(random: Random, alphabet: str, count: int) -> str:
    return "".join(random.choices(alphabet, k=count))


def digits(random: Random, count: int) -> str:
    return pick(random, string.digits, count)


def email(random: Random) -> str:
    first, last = random.choice(FIRST), random.choice(LAST)
    local = random.choice(
        (
            f"{first}.{last}",
            f"{first[0]}{last}",
            f"{first}_{last}{random.randint(1, 99)}",
            f"{first}+billing",
            f"{last}-{first}",
        )
    )
    made = f"{local}@{random.choice(DOMAINS)}"
    return random.choice((made, made, made, made.title(), made.upper()))


def _grouped(number: str, size: int, between: str) -> str:
    return between.join(number[i : i + size] for i in range(0, len(number), size))


def card(random: Random) -> str:
    number = random.choice(CARDS)
    if random.random() < 0.3:  # a reserved-looking body of a known test prefix, with its own check digit
        body = random.choice(("400000", "555555", "222300")) + "0000" + digits(random, 5)
        number = body + luhn(body)
    between = random.choice(("", " ", "-"))
    if len(number) == 15:
        return between.join((number[:4], number[4:10], number[10:]))
    return _grouped(number, 4, between)


def iban(random: Random) -> str:
    made = random.choice(IBANS)
    if random.random() < 0.4:
        country, length = random.choice((("DE", 18), ("ES", 20), ("PT", 21), ("AT", 16), ("BE", 12), ("PL", 24)))
        made = with_check(country, "0" * 6 + digits(random, length - 6))
    return random.choice((made, _grouped(made, 4, " "), _grouped(made, 4, " "), made.lower()))


def ip(random: Random) -> str:
    if random.random() < 0.3:
        return f"2001:db8:{pick(random, HEX, 4).lstrip('0') or '0'}::{random.randint(1, 999):x}"
    return f"{random.choice(('192.0.2', '198.51.100', '203.0.113'))}.{random.randint(1, 254)}"


def _jwt(random: Random) -> str:
    def part(value: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    head = part({"alg": random.choice(("HS256", "RS256", "ES256")), "typ": "JWT"})
    return f"{head}.{part({'sub': digits(random, 8), 'iat': 1516239022})}.{pick(random, ALNUM + '_-', 43)}"


def _pem(random: Random) -> str:
    kind = random.choice(("RSA ", "EC ", "", "OPENSSH "))
    lines = "\n".join(pick(random, ALNUM + "+/", 64) for _ in range(3))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}\n-----END {kind}PRIVATE KEY-----"


def _url(random: Random) -> str:
    scheme = random.choice(("postgres", "https", "redis", "amqp", "mongodb+srv", "ftp"))
    word = pick(random, ALNUM + "!$*_-", random.randint(8, 16))
    return f"{scheme}://{random.choice(LAST)}:{word}@db.example.com:{random.randint(1000, 9999)}/main"


def _random(prefix: str, alphabet: str, count: int, after: str = "") -> Callable[[Random], str]:
    return lambda random: prefix + pick(random, alphabet, count) + after


#: Each prefix in two halves, so that no scanner of repositories takes this file for a leak.
KEYS: dict[str, Callable[[Random], str]] = {
    "openai": _random("sk" + "-", ALNUM, 48),
    "openai_project": _random("sk" + "-proj-", ALNUM + "_-", 74, "T3BlbkFJ" + "x" * 20),
    "anthropic": _random("sk" + "-ant-api03-", ALNUM + "_-", 93, "AA"),
    "aws": _random("AK" + "IA", string.ascii_uppercase + "234567", 16),
    "github": _random("gh" + "p_", ALNUM, 36),
    "github_fine": lambda random: "github" + f"_pat_{pick(random, ALNUM, 22)}_{pick(random, ALNUM, 59)}",
    "gitlab": _random("gl" + "pat-", ALNUM + "_-", 20),
    "slack": lambda random: "xo" + f"xb-{digits(random, 12)}-{digits(random, 12)}-{pick(random, ALNUM, 24)}",
    "stripe": _random("sk" + "_live_", ALNUM, 24),
    "stripe_restricted": _random("rk" + "_test_", ALNUM, 24),
    "google": _random("AI" + "za", ALNUM + "_-", 35),
    "hugging_face": _random("hf" + "_", ALNUM, 34),
    "groq": _random("gs" + "k_", ALNUM, 52),
    "xai": _random("xa" + "i-", ALNUM, 80),
    "sendgrid": lambda random: "S" + f"G.{pick(random, ALNUM, 22)}.{pick(random, ALNUM + '_-', 43)}",
    "npm": _random("np" + "m_", ALNUM, 36),
    "pypi": _random("py" + "pi-AgEIcHlwaS5vcmc", ALNUM + "_-", 70),
    "digital_ocean": _random("do" + "p_v1_", HEX, 64),
    "shopify": _random("sh" + "pat_", HEX, 32),
    "telegram": lambda random: f"{random.randint(10**8, 10**10 - 1)}:" + "AA" + pick(random, ALNUM + "_-", 33),
    "perplexity": _random("pp" + "lx-", ALNUM, 48),
    "jwt": _jwt,
    "private_key": _pem,
    "password_in_url": _url,
}


def key(random: Random) -> str:
    return KEYS[random.choice(list(KEYS))](random)
