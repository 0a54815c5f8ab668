import assert from "node:assert/strict";
import { test } from "node:test";
import { Transcript } from "../dist/transcript.js";

const delta = (offset, text) => ({ seq: 1, type: "delta", data: { offset, text } });

test("deltas append, a snapshot replaces, a reset voids", () => {
  const transcript = new Transcript();
  assert.deepEqual(transcript.take(delta(0, "Water ")), { text: "Water ", new: "Water ", voided: false });
  assert.deepEqual(transcript.take(delta(6, "turns")), { text: "Water turns", new: "turns", voided: false });
  const snapshot = { seq: 2, type: "snapshot", data: { text: "Water turns wheels" } };
  assert.deepEqual(transcript.take(snapshot), { text: "Water turns wheels", new: " wheels", voided: false });
  assert.deepEqual(transcript.take({ seq: 3, type: "reset", data: {} }), { text: "", new: "", voided: true });
  assert.deepEqual(transcript.take(delta(0, "Wind")), { text: "Wind", new: "Wind", voided: false });
});

test("offsets count characters, also those that JavaScript counts twice", () => {
  const transcript = new Transcript();
  transcript.take(delta(0, "🌊🌊"));
  assert.equal(transcript.take(delta(2, "!")).text, "🌊🌊!");
  assert.deepEqual(transcript.take(delta(1, "?")), { text: "🌊?", new: "🌊?", voided: true });
  assert.equal(transcript.take(delta(2, "x")).text, "🌊?x");
});

test("what shows nothing changes nothing", () => {
  const transcript = new Transcript();
  assert.equal(transcript.take({ seq: 1, type: "queued", data: {} }), undefined);
  assert.equal(transcript.take({ seq: 2, type: "delta", data: { choice: 1, offset: 0, text: "other" } }), undefined);
  assert.equal(transcript.text, "");
});
