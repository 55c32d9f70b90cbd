import assert from "node:assert/strict";
import test from "node:test";

import { byteLength, readFrame, requestLine, uuidFrom } from "../../static/js/text/wire.js";

const parseFrame = (frame) => readFrame(frame).events;

test("a frame may hold several lines", () => {
  const frame = '{"type":"pong","at":1}\n{"type":"notice","text":"hi"}\n';
  assert.deepEqual(parseFrame(frame).map((event) => event.type), ["pong", "notice"]);
});

test("what is no object with a type is left out, and the rest counts", () => {
  const frame = '-- welcome\n{"type":"pong","at":1}\n{"type":7}\n{broken\n\n[1]\nnull';
  assert.deepEqual(parseFrame(frame), [{ type: "pong", at: 1 }]);
});

test("only a newline ends a line", () => {
  const text = "one\u2028two\u0085three\vfour";
  const [event] = parseFrame(JSON.stringify({ type: "notice", text }));
  assert.equal(event.text, text);
});

test("a request is one line, whatever it says", () => {
  const request = { type: "say", room: "lobby", text: "one\ntwo\r\n\u2028{}", id: "1" };
  const line = requestLine(request);
  assert.ok(!line.includes("\n"));
  assert.deepEqual(JSON.parse(line), request);
});

test("limits count bytes", () => {
  assert.equal(byteLength("aя本🙂"), 1 + 2 + 3 + 4);
});

test("an id is a UUID of version 4", () => {
  const bytes = Uint8Array.from({ length: 16 }, (_, place) => place * 17);
  assert.equal(uuidFrom(bytes), "00112233-4455-4677-8899-aabbccddeeff");
  assert.match(uuidFrom(new Uint8Array(16).fill(255)), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-b/u);
});
