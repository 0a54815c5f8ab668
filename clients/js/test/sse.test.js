import assert from "node:assert/strict";
import { test } from "node:test";
import { Frames, Lines } from "../dist/sse.js";

function framesOf(...pieces) {
  const lines = new Lines();
  const frames = new Frames();
  return pieces.flatMap((piece) => lines.take(piece)).map((line) => frames.take(line)).filter(Boolean);
}

const bytes = (text) => new TextEncoder().encode(text);

test("a stream reads the same wherever it is cut", () => {
  const first = ': hello\r\nid: 4\nevent: delta\ndata: {"text": "Mühle 🌊"}\n\n';
  const sent = bytes(`${first}retry: 3\n\ndata:a\ndata\ndata: b: c\n\n`);
  const whole = [
    { event: "delta", data: '{"text": "Mühle 🌊"}', id: "4" },
    { event: "message", data: "a\n\nb: c", id: "" },
  ];
  assert.deepEqual(framesOf(sent), whole);
  for (let at = 1; at < sent.length; at++) assert.deepEqual(framesOf(sent.slice(0, at), sent.slice(at)), whole);
  assert.deepEqual(framesOf(...Array.from(sent, (byte) => Uint8Array.of(byte))), whole);
});

test("an event that never ended is none", () => {
  assert.deepEqual(framesOf(bytes("event: delta\ndata: half")), []);
});

test("only a line feed ends a line", () => {
  const [frame] = framesOf(bytes("data: a\u2028b\u0085c\n\n"));
  assert.equal(frame.data, "a\u2028b\u0085c");
});
