"""The JavaScript client, without a server: its types are the document's, it compiles, and its own tests pass."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from tests import javascript
from tests.javascript import CLIENT
from tests.unit.clients.test_drift import CALLS, DISK

Document = dict[str, Any]

#: What this client has and the Python client has not.
MORE = {"webhooks.change"}

#: Prints the names of its methods.
METHODS = """
import { MillraceClient } from "millrace-client";
const client = new MillraceClient();
const names = (value) => Object.getOwnPropertyNames(Object.getPrototypeOf(value));
const methods = (value) => names(value).filter((name) => name !== "constructor");
const inner = Object.entries(client).flatMap(([name, value]) => methods(value).map((each) => `${name}.${each}`));
console.log(JSON.stringify([...methods(client), ...inner]));
"""


#: What somebody writes who has installed it; the last line must not compile.
USER = """
import { MillraceClient } from "millrace-client";
const client = new MillraceClient({ apiKey: "mr_live_x", baseUrl: "http://localhost:8000" });
const text: string = await client.inference({ prompt: "Hello", model: "demo", maxTokens: 3 });
const { status } = await client.jobs.get(text);
// @ts-expect-error: an id is a text
await client.jobs.cancel(status.length);
"""


@pytest.fixture(scope="module")
def document() -> Document:
    return dict(create_app().test_client().get("/api/openapi.json").get_json())


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return javascript.build(tmp_path_factory.mktemp("sdk"))


def types_of(document: Document, target: Path) -> Path:
    javascript.require("packages", CLIENT / "node_modules" / "openapi-typescript")
    done = javascript.run("types.js", "-", str(target), given=json.dumps(document))
    assert done.returncode == 0, done.stderr
    return target


def test_the_wire_types_are_those_of_the_document(document: Document, tmp_path: Path) -> None:
    made = types_of(document, tmp_path / "api.ts")
    assert (CLIENT / "src" / "api.ts").read_text() == made.read_text(), "run `make types`"


def test_it_compiles() -> None:
    done = javascript.tsc("--strict", "--noEmit")
    assert done.returncode == 0, done.stdout


def test_whoever_installs_it_has_its_types(tmp_path: Path) -> None:
    package = tmp_path / "node_modules" / "millrace-client"
    done = javascript.tsc("--outDir", str(package / "dist"))
    assert done.returncode == 0, done.stdout
    (package / "package.json").write_text((CLIENT / "package.json").read_text())
    (tmp_path / "user.mts").write_text(USER)
    how = {"module": "nodenext", "strict": True, "noEmit": True, "types": [], "lib": ["es2023", "dom"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": how, "files": ["user.mts"]}))
    done = javascript.tsc(project=tmp_path)
    assert done.returncode == 0, done.stdout


def test_its_own_tests_pass(sdk: Path) -> None:
    tests = map(str, sorted((sdk / "test").glob("*.test.js")))
    done = javascript.run("--test", "--test-reporter=tap", *tests, folder=sdk)
    assert done.returncode == 0 and re.search(r"^# pass [1-9]", done.stdout, re.MULTILINE), done.stdout


def test_it_has_the_methods_of_the_python_client(sdk: Path) -> None:
    done = javascript.run("--input-type=module", "--eval", METHODS, folder=sdk)
    assert set(json.loads(done.stdout)) == {camel(name) for name in CALLS.keys() | DISK.keys()} | MORE


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(each.title() for each in rest)


def changed(document: Document) -> Document:
    """Without a path, a parameter, a field to send and one that is read."""
    copy: Document = json.loads(json.dumps(document))
    del copy["paths"]["/api/v1/jobs/{id}/retry"]
    usage = copy["paths"]["/api/v1/usage"]["get"]
    usage["parameters"] = [each for each in usage["parameters"] if each["name"] != "grain"]
    del copy["components"]["schemas"]["NewBatch"]["properties"]["template"]
    del copy["components"]["schemas"]["EventList"]["properties"]["ended"]
    return copy


def test_a_client_that_asks_for_what_is_not_there_does_not_compile(document: Document, tmp_path: Path) -> None:
    for source in (CLIENT / "src").glob("*.ts"):
        (tmp_path / source.name).write_text(source.read_text())
    types_of(changed(document), tmp_path / "api.ts")
    (tmp_path / "tsconfig.json").write_text(json.dumps({"extends": str(CLIENT / "tsconfig.json"), "include": ["*.ts"]}))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    done = javascript.tsc("--rootDir", str(tmp_path), "--noEmit", project=tmp_path)
    wrong = set(re.findall(r"^(?:.*/)?(\w+)\.ts\(.*: error TS", done.stdout, re.MULTILINE))
    assert wrong >= {"jobs", "account", "batches", "following"}, done.stdout


def test_it_brings_no_dependency_and_its_lock_names_no_other_registry() -> None:
    package = json.loads((CLIENT / "package.json").read_text())
    assert not {"dependencies", "peerDependencies", "optionalDependencies"} & package.keys()
    lock = json.loads((CLIENT / "package-lock.json").read_text())
    known = {each.get("resolved", "https://registry.npmjs.org/") for each in lock["packages"].values()}
    assert all(each.startswith("https://registry.npmjs.org/") for each in known), known
