"""Every example of docs/javascript.md is run as it stands there."""

import json
import re
from pathlib import Path
from typing import Any

from tests import javascript
from tests.integration.clients.js.conftest import Programs
from tests.integration.clients.js.pages import served
from tests.machine import ROOT

DOCUMENT = ROOT / "docs" / "javascript.md"
SECRET = "whsec_MTExMTExMTExMTExMTExMQ=="

#: Sends the receiver of the last example a webhook that is genuine and one that is not.
TAIL = """
import { createHmac } from "node:crypto";
const at = Math.floor(Date.now() / 1000);
const sent = JSON.stringify({ id: "evt_1", type: "job.succeeded", data: { id: "job_1" } });
const key = Buffer.from(process.env.WEBHOOK_SECRET.slice(6), "base64");
const signature = createHmac("sha256", key).update(`evt_1.${at}.${sent}`).digest("base64");
const headers = { "webhook-id": "evt_1", "webhook-timestamp": `${at}`, "webhook-signature": `v1,${signature}` };
const here = `http://127.0.0.1:${receiver.address().port}/`;
const hook = async (body) => (await fetch(here, { method: "POST", headers, body })).status;
console.log(JSON.stringify([await hook(sent), await hook(sent + " ")]));
process.exit(0);
"""


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)


def test_those_for_node(program: Programs, tmp_path: Path) -> None:
    """One after the other, as they are read: each goes on where the last one ended."""
    file = program.sdk / "examples.mjs"
    file.write_text("\n".join(examples("js")) + TAIL)
    known = {"MILLRACE_URL": program.url, "MILLRACE_API_KEY": program.key, "WEBHOOK_SECRET": SECRET, "PORT": "0"}
    done = javascript.run(str(file), folder=tmp_path, **known)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert "AbortError" in said and "job.succeeded job_1" in said, said
    assert "true true" in said and any(line.startswith("400 unknown_model body.model ") for line in said), said
    assert json.loads(said[-1]) == [204, 400]


def test_the_page(browser: Any, sdk: Path, page_port: int, url: str, key: str) -> None:
    (example,) = examples("html")
    (sdk / "page.html").write_text(example.replace("http://localhost:8000", url).replace("mr_live_...", key))
    with served(sdk, page_port) as origin:
        page = browser.new_page()
        page.goto(f"{origin}/page.html")
        page.wait_for_function("document.title === 'done'", timeout=60_000)
        assert len(page.inner_text("#answer")) > 20
