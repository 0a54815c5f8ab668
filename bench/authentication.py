"""What it costs to know who asks: keys and access tokens, warm and anew; and whether sign-in tells by its time."""

import subprocess
from time import perf_counter

from bench.measure import median
from bench.place import Place, place
from bench.result import Row

PASSWORD = "a mill turns slowly"

#: Prints CPU microseconds of one look: warm, then with what the process believes forgotten each time.
_LOOKS = """
import sys, time
from millrace import db
db.act_as("api")
from api import auth
from millrace.identity import keys, session_lookup
def cpu(times, shown, forget):
    auth.of(shown)
    begun = time.process_time()
    for _ in range(times):
        forget()
        auth.of(shown)
    return (time.process_time() - begun) / times * 1e6
for shown in sys.argv[1:]:
    print(cpu(20_000, shown, lambda: None))
    print(cpu(2_000, shown, lambda: (keys._found.clear(), session_lookup._found.clear())))
"""


def _looks(here: Place, token: str) -> list[float]:
    made = here.platform.spawn("-c", _LOOKS, here.key, token, stdout=subprocess.PIPE, text=True)
    return [float(line) for line in made.communicate(timeout=120)[0].split()]


def _sign_in(here: Place, email: str) -> float:
    begun = perf_counter()
    body = {"email": email, "password": "not the password at all"}
    assert here.platform.request("POST", "/api/v1/auth/login", body, {"Authorization": ""})[0] == 401
    return (perf_counter() - begun) * 1000


def run(quick: bool) -> list[Row]:
    times = 10 if quick else 60
    with place() as here:
        account = {"email": "known@example.com", "password": PASSWORD}
        made = here.platform.request("POST", "/api/v1/auth/register", account, {"Authorization": ""})[2]
        looks = _looks(here, made["access_token"])
        known, unknown = [], []
        for turn in range(times):
            known.append(_sign_in(here, account["email"]))
            unknown.append(_sign_in(here, f"nobody-{turn}@example.com"))
    names = ["API key", "API key, looked up anew", "access token", "access token, looked up anew"]
    rows = [
        Row(f"{name}: CPU", micros, "us", most=1000.0, promise="under 1 ms")
        for name, micros in zip(names, looks, strict=True)
    ]
    difference = abs(median(known) - median(unknown)) / median(known) * 100
    return [
        *rows,
        Row("sign-in, wrong password", median(known), "ms", median(unknown), "unknown address"),
        Row("sign-in: difference of the medians", difference, "%", most=5.0, promise="under 5 %"),
    ]
