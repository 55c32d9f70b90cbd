"""A conversation as it might be, for the tests that look and for the screenshots."""

from page_world import Person, World

TRACE = """Traceback (most recent call last):
  File "import.py", line 41, in <module>
    load(row)
ValueError: day is out of range: 2026-02-30"""

STEPS = "\n".join(f"step {number:2}: moved shard {number:02}" for number in range(1, 40))

STORY = (
    ("carol", "Good morning! The import stopped at 40 %."),
    ("carol", "I am on the server itself, so all I have is nc 🙂"),
    ("bob", "Good morning. What does the log say?"),
    ("carol", TRACE),
    ("bob", "ann, did we not have that in the spring as well?"),
    ("ann", "We did. There is no 30 February; the export wrote one."),
    ("ann", "I will filter such rows, give me five minutes."),
    ("bob", "/me makes tea meanwhile"),
    ("build", "job 318: passed in 2 min 04 s"),
    ("carol", "Merci. À propos: the dashboard says 12 000 rows, is that right?"),
    ("bob", "Yes. https://example.org/rows?day=2026-02-28 has the list, `rows.csv` the rest."),
    ("דנה", "שלום לכולם, אני מצטרפת מהטלפון"),
    ("carol", "Running again … 60 % … 80 % …"),
    ("carol", "Done: 12 004 rows, none refused. 🎉"),
    ("bob", "Well done, both of you."),
)


def people(world: World, *rooms: str) -> dict[str, Person]:
    """Return everybody of the story but ann, who looks at the page."""
    nicks = dict.fromkeys(nick for nick, _ in STORY if nick != "ann")
    return {nick: world.person(nick, *(rooms or ("lobby",))) for nick in nicks}


def say(person: Person, text: str, room: str = "lobby") -> None:
    """Say a line; `/me` does what it does when a person types it."""
    if text.startswith("/me "):
        person.say(text.removeprefix("/me "), room=room, kind="action")
    else:
        person.say(text, room=room)
