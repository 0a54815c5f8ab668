// Makes src/api.ts, the wire types, of the server's OpenAPI document: `node types.js DOCUMENT [TARGET]`.
//
// DOCUMENT is a file, an address, or - for standard input. Of the document only what this client asks for is kept:
// a change of anything else on the server changes nothing here.

import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import openapiTS, { astToString } from "openapi-typescript";

const OURS = "api/v1/(jobs|batches|schedules|keys|models|usage|quota|webhooks|auth/(me|login|logout))";
const KEPT = new RegExp(`^/(${OURS}|v1/files)(/|$)`);
const METHODS = ["get", "post", "put", "patch", "delete"];
const HEAD = "// Made by types.js of the server's OpenAPI document: change that, then `make types`.\n\n";

/** The document, with our paths and their answers, and the schemas that these name. */
function pruned({ openapi, info, paths, components }) {
  const ours = Object.entries(paths).filter(([path]) => KEPT.test(path)).sort();
  const kept = Object.fromEntries(ours.map(([path, item]) => [path, operations(item)]));
  return { openapi, info, paths: kept, components: { schemas: named(kept, components.schemas) } };
}

function operations(item) {
  const found = METHODS.filter((method) => item[method]).map((method) => [method, withoutErrors(item[method])]);
  return Object.fromEntries(found);
}

/** Errors are read by src/errors.ts, in whichever shape they come. */
function withoutErrors({ summary, description, parameters, requestBody, responses }) {
  const good = Object.entries(responses).filter(([status]) => status < "300");
  return { summary, description, parameters, requestBody, responses: Object.fromEntries(good) };
}

function named(paths, schemas) {
  const found = new Set(["JobError"]);
  const look = (value) => {
    for (const [, name] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (!found.has(name)) {
        found.add(name);
        look(schemas[name]);
      }
    }
  };
  look(paths);
  return Object.fromEntries([...found].sort().map((name) => [name, schemas[name]]));
}

async function read(source) {
  if (source === "-") return text(process.stdin);
  return /^https?:/.test(source) ? (await fetch(source)).text() : readFile(source, "utf8");
}

const [source = "http://localhost:8000/api/openapi.json", target = "src/api.ts"] = process.argv.slice(2);
// A field with a default may be left out of what is sent.
const made = await openapiTS(pruned(JSON.parse(await read(source))), { defaultNonNullable: false });
await writeFile(target, HEAD + astToString(made));
