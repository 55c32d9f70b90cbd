import assert from "node:assert/strict";
import test from "node:test";

import { askWhy, socketUrl } from "../../static/js/browser/socket.js";

/** Ask with a gateway that gives one answer; return what was asked and what was found out. */
async function ask(answer) {
  const asked = [];
  const before = globalThis.fetch;
  globalThis.fetch = async (url) => {
    asked.push(String(url));
    return answer();
  };
  try {
    return { asked, why: await askWhy("wss://chat.example:8443/chat/ws", "https://chat.example:8443") };
  } finally {
    globalThis.fetch = before;
  }
}

test("a socket is beside its page", () => {
  const location = { href: "https://chat.example:8443/chat/?a=b#ops", protocol: "https:" };
  assert.equal(socketUrl(location), "wss://chat.example:8443/chat/ws");
});

test("a refused page asks the gateway why, and says where it is", async () => {
  const { asked, why } = await ask(() => new Response("the proxy says Host: x\n", { status: 403 }));
  assert.deepEqual(asked, ["https://chat.example:8443/chat/ws?page=https%3A%2F%2Fchat.example%3A8443"]);
  assert.deepEqual(why, { blocked: "the proxy says Host: x", upgrade: false });
});

test("a gateway that would open a socket shows that somebody before it does not", async () => {
  const { why } = await ask(() => new Response("", { status: 426 }));
  assert.deepEqual(why, { blocked: "", upgrade: true });
});

test("no more is shown than can be read, and nothing where nobody answers", async () => {
  const long = await ask(() => new Response("x".repeat(10_000), { status: 403 }));
  assert.ok(long.why.blocked.length <= 500);
  for (const answer of [() => new Response("", { status: 502 }), () => Promise.reject(new TypeError())]) {
    assert.deepEqual((await ask(answer)).why, { blocked: "", upgrade: false });
  }
});
