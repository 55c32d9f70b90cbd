import assert from "node:assert/strict";
import test from "node:test";

import { FORMS } from "../../static/js/text/documents.js";
import { spokenLines } from "../../static/js/text/transcript.js";
import { Transcript } from "../../static/js/view/transcript.js";

const AT = new Date(2026, 10, 28, 14, 3, 9).getTime();
const message = (seq, more = {}) => ({ type: "message", room: "ops", seq, at: AT, nick: "bob", text: `line ${seq}`, ...more });

/** A hub that has kept lines from `first` to `last`, and gives them `most` at a time. */
function hub(first, last, most = 2) {
  const asked = [];
  return {
    asked,
    async ask(query) {
      asked.push(query);
      const from = Math.max(first, query.after + 1);
      const messages = [];
      for (let seq = from; seq <= last && messages.length < most; seq += 1) messages.push(message(seq));
      return { messages, more: from + most <= last };
    },
  };
}

async function text(room, form, act) {
  const transcript = new Transcript({ topic: "", peer: null, entries: [], ...room }, form, act);
  while (!transcript.whole) await transcript.step();
  return transcript.file().blob.text();
}

test("a message is the lines of text mode, with its marks", () => {
  assert.equal(spokenLines("14:03", message(1)), "14:03 <bob> line 1");
  assert.equal(spokenLines("14:03", { ...message(1), action: true, text: "waves" }), "14:03 * bob waves");
  assert.equal(
    spokenLines("14:03", { ...message(1), text: "look:\n```\na  b\n```" }),
    "14:03 <bob> look:\n      | ```\n      | a  b\n      | ```",
  );
});

test("all of a room is fetched page by page, up to what was the newest", async () => {
  const act = hub(1, 9);
  const lines = (await text({ name: "ops", newest: 7 }, "text", act)).trim().split("\n");
  assert.equal(lines.length, 7);
  assert.equal(lines[6], "2026-11-28 14:03:09 <bob> line 7");
  assert.deepEqual(act.asked.map(({ after }) => after), [0, 2, 4, 6]);
});

test("what is not kept any more is said where it was", async () => {
  const plain = await text({ name: "ops", newest: 6 }, "text", hub(4, 6));
  assert.match(plain, /^-! messages 1 to 3 are no longer kept\n.* line 4\n/u);
  const gone = await text({ name: "ops", newest: 3 }, "markdown", hub(9, 8));
  assert.equal(gone, "# ops\n\n*(messages 1 to 3 are no longer kept)*\n");
  assert.equal(await text({ name: "ops", newest: 0 }, "jsonl", hub(1, 0)), "");
});

test("after a failure it goes on where it was", async () => {
  const good = hub(1, 6);
  let fails = 1;
  const act = {
    async ask(query) {
      if (query.after === 4 && fails) {
        fails -= 1;
        throw new Error("lost");
      }
      return good.ask(query);
    },
  };
  const transcript = new Transcript({ name: "ops", newest: 6, topic: "", peer: null, entries: [] }, "text", act);
  await assert.rejects(async () => {
    while (!transcript.whole) await transcript.step();
  }, /lost/u);
  assert.ok(!transcript.whole);
  while (!transcript.whole) await transcript.step();
  const lines = (await transcript.file().blob.text()).trim().split("\n").map((line) => line.split(" ").at(-1));
  assert.deepEqual(lines, ["1", "2", "3", "4", "5", "6"]);
  assert.match(transcript.file().name, /^ops-\d{4}-\d\d-\d\d\.txt$/u);
});

test("nobody's text becomes anything but text in Markdown", () => {
  const form = FORMS.markdown();
  const [, first] = form.message(message(1, { text: "*a* <b> [c](d) http://e.org ann@e.org" })).split("\n\n");
  assert.equal(first.trim(), "**bob** 14:03 \\*a\\* &lt;b&gt; \\[c\\](d) http\\://e.org ann\\@e.org");
  assert.equal(form.message(message(2, { text: "x\n```\ny" })), "\n**bob** 14:03\n\n````\nx\n```\ny\n````\n");
});
