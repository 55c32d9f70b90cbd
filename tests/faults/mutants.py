"""Faults planted in the source, one at a time, each of which some test must catch.

`make mutants` copies the tree, plants one fault, runs the tests that ought to
see it, and says whether they did. A bar that cannot fail is worth nothing.
"""

from dataclasses import dataclass

Change = tuple[str, str, str]
"""A file, a text that stands in it exactly once, and what is put in its place."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault, and the tests of which at least one must fail for it."""

    name: str
    changes: tuple[Change, ...]
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "acknowledging before the commit",
        (
            (
                "core/sqlite/store.py",
                'self._db.execute("BEGIN IMMEDIATE")\n        self._write_sessions',
                (
                    'self._db.in_transaction or self._db.execute("BEGIN IMMEDIATE")\n'
                    "        self._write_sessions"
                ),
            ),
            (
                "core/sqlite/store.py",
                'self._db.execute("COMMIT")',
                (
                    'self._since = getattr(self, "_since", 0) + 1\n'
                    '            self._since % 50 or self._db.execute("COMMIT")'
                ),
            ),
            # What else the thread does must not commit it by the way.
            ("core/sqlite/maintenance.py", "        self._at_it = quiet\n", "        return\n"),
        ),
        ("tests/faults/test_faults.py -k 'F1 and not F2'",),
    ),
    Mutant(
        "synchronous=NORMAL",
        (("core/sqlite/database.py", "PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"),),
        ("tests/core/test_store.py", "tests/faults/test_faults.py -k F3"),
    ),
    Mutant(
        "showing before the commit",
        (
            (
                "core/hub/hub.py",
                "        self.journal.append(entry)\n",
                (
                    "        self.journal.append(entry)\n"
                    "        room = self.rooms[entry.room]\n"
                    "        entry.seq, entry.at = room.tail.head + 1, self.clock.now_ms()\n"
                    "        self._deliver(room.name, Batch([_message(entry)], [entry.session]))\n"
                ),
            ),
            (
                "core/hub/hub.py",
                "            if error is None and entry.seq > REUSED and not entry.repeated:\n",
                "            if False:\n",
            ),
        ),
        ("tests/core/test_hub_json.py", "tests/core/test_hub_log.py"),
    ),
    Mutant(
        "dropping the oldest for a slow reader",
        (
            (
                "core/delivery/outbound.py",
                "        if feed.tail.reaches(after):\n",
                (
                    "        after = cursor.seq = max(after, feed.tail.start - 1)\n"
                    "        if feed.tail.reaches(after):\n"
                ),
            ),
        ),
        ("tests/core/test_hub_json.py", "tests/core/test_server.py"),
    ),
    Mutant(
        "a seq taken from memory after a storage error",
        (
            (
                "core/sqlite/store.py",
                (
                    "            self._roll_back(group)\n"
                    "            raise NotStored(str(problem)) from problem\n"
                    "        if self._commit(group):\n"
                ),
                (
                    "            self._roll_back(group)\n"
                    "            self._rooms.update(rooms)\n"
                    "            raise NotStored(str(problem)) from problem\n"
                    "        if self._commit(group):\n"
                ),
            ),
        ),
        ("tests/core/test_store.py",),
    ),
    Mutant(
        "duplicate check by id alone",
        (
            ("core/sqlite/schema.py", "ON messages (session, id) WHERE", "ON messages (id) WHERE"),
            (
                "core/sqlite/store.py",
                'WHERE session = ? AND messages.id = ?",\n            (SEQ_BITS, entry.session, ',
                'WHERE messages.id = ?",\n            (SEQ_BITS, ',
            ),
        ),
        ("tests/core/test_store.py",),
    ),
    Mutant(
        "duplicate check in memory alone",
        (
            (
                "core/sqlite/schema.py",
                "CREATE UNIQUE INDEX messages_by_id",
                "CREATE INDEX messages_by_id",
            ),
            (
                "core/sqlite/store.py",
                "        rows = self._number(entries, rooms)\n",
                (
                    "        said = self.__dict__.setdefault('_said', set())\n"
                    "        ids = {(entry.session, entry.id) for entry in entries if entry.id}\n"
                    "        if said & ids:\n"
                    "            return self._write_one_by_one(entries, rooms)\n"
                    "        said |= ids\n"
                    "        rows = self._number(entries, rooms)\n"
                ),
            ),
        ),
        ("tests/core/test_store.py", "tests/core/test_generation.py"),
    ),
    Mutant(
        "splitlines",
        (
            (
                "core/wire/framing.py",
                '        pieces = data.split(b"\\n")\n',
                (
                    '        pieces = [one.encode("utf-8", "surrogateescape") for one in\n'
                    '                  data.decode("utf-8", "surrogateescape").splitlines()]\n'
                    '        pieces += [b""] if data.endswith(b"\\n") else []\n'
                ),
            ),
        ),
        ("tests/core/test_framing.py",),
    ),
    Mutant(
        "believing X-Forwarded-For",
        (
            (
                "bridge/websocket.py",
                "        self._request = request\n",
                (
                    '        if "X-Forwarded-For" in request.headers:\n'
                    '            self.source = (request.headers["X-Forwarded-For"], 0)\n'
                    "        self._request = request\n"
                ),
            ),
        ),
        ("tests/web/test_gateway_ws.py -k who_calls",),
    ),
    Mutant(
        "checking Origin by its ending",
        (
            (
                "web/security.py",
                "if there.same(here, scheme):",
                "if there.name.endswith(here.name):",
            ),
        ),
        ("tests/web/test_security_rules.py",),
    ),
    Mutant(
        "forgetting one door for one rule: text mode says what it likes",
        (
            (
                "core/hub/requests.py",
                "    text = clean_text(request.text, plain=plain)\n",
                (
                    "    clean = session.token is not None\n"
                    "    text = clean_text(request.text) if clean else request.text\n"
                ),
            ),
        ),
        ("tests/core/test_hub_text.py",),
    ),
    Mutant(
        "forgetting one door for one rule: a nick in a hello is taken as it is",
        (
            (
                "core/server/hello.py",
                "nick = clean_nick(request.nick, guest=True)",
                "nick = request.nick",
            ),
        ),
        ("tests/core/test_hub_json.py",),
    ),
    Mutant(
        "lines behind a refused one overtake it in the writer",
        (
            (
                "core/sqlite/writer.py",
                "            if behind or entry.epoch < self._failures:\n",
                "            if False:\n",
            ),
        ),
        ("tests/core/test_writer.py",),
    ),
    Mutant(
        "lines behind a refused one overtake it on the way",
        (("core/hub/room.py", "        if id_ == self.pending_retry_id or", "        if True or"),),
        ("tests/core/test_hub_log.py",),
    ),
    Mutant(
        "a restored log keeps its name",
        (
            (
                "core/sqlite/generation.py",
                "    return opened in (generation",
                "    return True or opened in (generation",
            ),
        ),
        ("tests/core/test_generation.py",),
    ),
    Mutant(
        "an id is forgotten with its message",
        (
            (
                "core/sqlite/retention.py",
                "    if found is None:\n        return False\n    place, at, digest",
                "    return False\n    place, at, digest",
            ),
        ),
        ("tests/core/test_retention.py",),
    ),
    Mutant(
        "a gap that is not reported",
        (
            (
                "core/hub/presence.py",
                "        if where.after < pruned:\n",
                "        if False:\n",
            ),
        ),
        ("tests/core/test_hub_log.py",),
    ),
    Mutant(
        "a hub that lags takes what it has not read yet for a gap",
        (
            (
                "core/hub/presence.py",
                "    if not (_is_this_log",
                "    if True or not (_is_this_log",
            ),
        ),
        ("tests/core/test_second_journal.py",),
    ),
    Mutant(
        "chat past the encryption of a TLS transport",
        (
            (
                "core/delivery/feed.py",
                ' or transport.get_extra_info("sslcontext") is not None',
                "",
            ),
        ),
        ("tests/core/test_tls_transport.py",),
    ),
    Mutant(
        "a topic that is never written",
        (
            (
                "core/hub/requests.py",
                "    hub.journal.set_topic(room.name, text, session.nick)\n",
                "",
            ),
        ),
        ("tests/core/test_after_restart.py",),
    ),
    Mutant(
        "one kind of message acknowledged before its commit",
        (
            (
                "core/hub/requests.py",
                "    hub.say(handler, entry, request.ref, text_costs_bytes(text))\n",
                (
                    "    hub.say(handler, entry, request.ref, text_costs_bytes(text))\n"
                    "    if request.kind is not None:\n"
                    "        entry.seq = room.tail.head + 1\n"
                    "        handler.acknowledge([entry])\n"
                ),
            ),
        ),
        ("tests/core/test_hub_json.py",),
    ),
    Mutant(
        "history by time without the lines of its very millisecond",
        (("core/sqlite/timeorder.py", "found[1] < at_ms", "found[1] <= at_ms"),),
        ("tests/core/test_store.py",),
    ),
    Mutant(
        "a resume token compared by its beginning",
        (
            (
                "core/hub/room.py",
                'hashlib.sha256(token.encode("utf-8", "surrogatepass"))',
                'hashlib.sha256(token[:16].encode("utf-8", "surrogatepass"))',
            ),
        ),
        ("tests/core/test_hub_json.py",),
    ),
    Mutant(
        "a field that comes back as it was, whatever is in it",
        (("core/wire/messages.py", "max_length=64, pattern=REF", "max_length=64"),),
        ("tests/core/test_every_field.py",),
    ),
    Mutant(
        "a browser's frames that are counted for nothing",
        (("bridge/websocket.py", "                share.spend(FRAME_UNITS)\n", ""),),
        ("tests/web/test_gateway_share.py",),
    ),
    Mutant(
        "a browser that is read whatever it has sent already",
        (
            (
                "web/metered.py",
                "        if nbytes > len(self._view) // 4 or self.share.used_up:\n",
                "        if False:\n",
            ),
            ("bridge/limits.py", "READ_BYTES: Final = 2 * 1024", "READ_BYTES: Final = 256 * 1024"),
        ),
        ("tests/web/test_gateway_share.py",),
    ),
    Mutant(
        "requests on one connection that are counted for nothing",
        (("web/app.py", "        share.spend(REQUEST_UNITS)\n", ""),),
        ("tests/web/test_gateway_share.py",),
    ),
    Mutant(
        "a name measured only after it was normalised",
        (
            (
                "core/text/names.py",
                (
                    '    _check_length(unicodedata.normalize("NFKC", raw).strip(),'
                    " what, code, limit)\n"
                ),
                "",
            ),
        ),
        ("tests/faults/test_work.py",),
    ),
    Mutant(
        "a room's name that costs nothing",
        (("core/server/json_mode.py", "            cost += NAME_COST\n", "            pass\n"),),
        ("tests/faults/test_work.py",),
    ),
    Mutant(
        "a text measured only after it was cleaned",
        (
            (
                "core/text/sanitize.py",
                "        _check_size(_size_bytes(text), limit_bytes, RAW_TIMES * limit_bytes)\n",
                "",
            ),
        ),
        ("tests/core/test_sanitize.py",),
    ),
    Mutant(
        "a passphrase that begins like the hub's opens the gate",
        (
            (
                "core/access/gate.py",
                "    return hmac.compare_digest(_digest(attempt), _digest(passphrase))\n",
                (
                    "    begun = canonical(passphrase)[: max(1, len(canonical(attempt)))]\n"
                    "    return hmac.compare_digest(_digest(attempt), _digest(begun))\n"
                ),
            ),
        ),
        ("tests/core/test_gate.py",),
    ),
    Mutant(
        "JSON lines without the gate",
        (
            (
                "core/server/hello.py",
                "lambda done: ask(request.passphrase, done)",
                "lambda done: done(None)",
            ),
        ),
        ("tests/core/test_gate_doors.py",),
    ),
)
