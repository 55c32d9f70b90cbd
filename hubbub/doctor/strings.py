"""What the doctor says to people. Words alone: when they are said is the checks' matter."""

from typing import Final

# --- what several doors say -------------------------------------------------------------

NO_HUB_ANSWERS: Final = "no hub answers at the TCP port"
NO_PAGE_FOUND: Final = "the page was not found"
NAME_UNKNOWN: Final = "the host's name is not known"
GIVE_WEB: Final = "give the page's address with --web"
HUB_SAYS: Final = "the hub says what to do"
BEGINS_AT_TCP: Final = (
    "the doctor begins at the TCP port: write HOST or HOST:PORT, and --web URL for the page"
)


def refuses(words: str) -> str:
    return f"the hub refuses: {words}"


def not_tried(count: int) -> str:
    return f", {count} could not be tried"


def bad_web(example: str, given: str) -> str:
    return f"--web wants the page's address, such as {example}, not {given}"


# --- the name, and the TCP port ---------------------------------------------------------

SILENT: Final = (
    "whoever accepts calls there passes nothing on: a proxy whose hub is gone, "
    "or a hub that hangs; look at the hub's log"
)
CLOSED: Final = "the hub, or a proxy in front of it, hangs up: look at the hub's log"
NOBODY: Final = "start `hubbub serve` there (--host 0.0.0.0 for other machines), or check the port"
FIREWALL: Final = (
    "a firewall on the way may drop it, or the machine is off: let the port through, "
    "or give --wait more seconds"
)
NO_WAY: Final = "check the address, and this machine's network"
NAME_SERVER: Final = "the name server does not answer; try the hub's address in numbers"
SPELLING: Final = "check the spelling, or give the hub's address in numbers"
WAS_CLOSED: Final = "the connection was closed"
HUB_SAYS_WHY: Final = "the hub says why; look at its log for more"
NO_HUB_I_KNOW: Final = "it is no hub, or of a version that this doctor does not know"


def no_host(host: str) -> str:
    return f"there is no host called {host}"


def no_end(wanted: str) -> str:
    return f"there is no end, and no {wanted} in it"


def good_bye(said: str) -> str:
    return f"the hub says good-bye: {said}"


# --- text mode and telnet ---------------------------------------------------------------

ELSEWHERE: Final = (
    "give the hub's port, 4045 unless it was told otherwise, and the page's address with --web"
)
NO_CHAT: Final = "text mode does not speak there as a hub does: look at what stands before the hub"
TELNET: Final = (
    "something between here and the hub answers or changes telnet's commands: "
    "let it pass all bytes as they are"
)
OWN_PORT: Final = (
    "something between here and the hub's port for telnet changes what is said: "
    "let it pass all bytes as they are"
)
NOT_LED_THERE: Final = (
    "the hub's /invite names this port for telnet: let it through, and lead it to the hub's "
    "--telnet-port"
)
NO_TELNET_PORT: Final = "the hub names no port for telnet alone"
LETTERS_ARE_KEYS: Final = "telnet takes parts of other scripts' letters for control keys"
NOTHING_AFTER_CTRL_C: Final = "telnet shows nothing more after Ctrl-C"
OFFER_UNANSWERED: Final = "telnet waits for an answer to its offer"
HANGS_UP: Final = "whoever listens there hangs up at once"
COMMANDS_CHANGED: Final = "telnet's commands are cut or changed"
STAIRS: Final = "lines end with LF alone, and telnet shows stairs"


def no_hub_listens(first: str) -> str:
    return f"something else than a hub listens there; it says {first!r}"


def nothing_said(wait_s: float) -> str:
    return f"calls are accepted, but nothing is said within {wait_s:g} s"


def unasked(answer: str) -> str:
    return f"it answers {answer}, which nobody asked for"


def answers_again(answer: str) -> str:
    return f"it answers {answer} again and again"


def not_answered(answer: str, without: str) -> str:
    return f"it does not answer {answer}: {without}"


def letters_changed(said: str, came: str) -> str:
    return f"letters do not arrive as they are: {said} comes back as {came}"


def begins_otherwise(command: str, without: str) -> str:
    return f"it does not begin with {command}: {without}"


def says_more(command: str) -> str:
    return f"it says {command} after it has begun"


# --- the passphrase ---------------------------------------------------------------------

ASKS: Final = "asks for a passphrase"
NO_PASSPHRASE: Final = (
    "the hub asks for a passphrase: give it with --passphrase-file, or in HUBBUB_PASSPHRASE"
)
RIGHT_PASSPHRASE: Final = "ask whoever runs the hub: `hubbub passphrase` shows it there"
SHOWS_BEFORE: Final = "it shows something before the passphrase was said"
ASKS_NOT: Final = "text mode asks for a passphrase, and this door does not"
TEXT_ASKS_NOT: Final = "it asks for a passphrase, and text mode lets everybody in"
GATE: Final = (
    "let nobody reach it until it is known why: what stands before the hub may lead to "
    "another one, or change what is said"
)

# --- JSON lines, and coming back --------------------------------------------------------

NO_JSON: Final = "it answers people, but no programs: look at what stands before the hub"
OTHER_HUB: Final = (
    "the new connection came to another hub, or the hub was started anew: "
    "a proxy in front must lead all calls to the one hub"
)
LOST: Final = "a proxy in front may keep or repeat what is said: it must pass on bytes alone"
NOTHING_MISSING: Final = "nothing missing, nothing twice"
JSON_FAILS: Final = "JSON lines do not work"
ANOTHER_LOG: Final = "who comes back comes to another log"
SOMEBODY_ELSE: Final = "who comes back is taken for somebody else"
SAID_MEANWHILE: Final = "message that was said meanwhile"
COMES_TWICE: Final = "what was said meanwhile comes more than once"
COMES_NOT: Final = "what was said meanwhile does not come, or not in order"


def messages_gone(count: int) -> str:
    return f"{count} messages are said not to come any more"


# --- HTTP, and the page -----------------------------------------------------------------

HANGS: Final = (
    "a firewall on the way may drop it, or a proxy in front waits for a gateway that hangs: "
    "look at both, or give --wait more seconds"
)
NO_PAGE: Final = (
    "start `hubbub serve` (or `hubbub gateway`) there, or give the page's address with --web"
)
PROXY: Final = "correct http_proxy and https_proxy, or leave the host out with no_proxy"
NOTHING_TO_OTHERS: Final = "no answer at all, which is as good as a refusal"
UNREACHED: Final = "the proxy in front does not reach the gateway: look whether it runs, and where"
NO_HUB: Final = "the gateway does not reach its hub: check its --hub and --secret-file"
RENEW: Final = "renew it, or correct its name"
NO_TLS: Final = "it does not speak TLS"
WRITE_HTTP: Final = "write http:// in place of https://"
PROXY_UNREACHED: Final = "the system's proxy cannot be reached"
NO_ADDRESS: Final = "that is no address of a page"
CIRCLE: Final = "it leads in a circle"
REDIRECTS: Final = "correct the redirects of the proxy in front"
NOT_WHOLE: Final = (
    "the proxy in front must pass all that lies below the page on to the gateway; "
    "if there is none, install Hubbub anew"
)
HEADERS: Final = (
    "the proxy in front takes headers away or changes them: let it pass on the gateway's own "
    "(or the gateway is of another version than this doctor)"
)
ANY_HOST: Final = (
    "pages from elsewhere may reach the hub through a user's browser: let the proxy in front "
    "pass on the Host header as it is, or answer to its own names alone"
)
REACHES_HUB: Final = "the gateway reaches its hub"


def public_host(name: str) -> str:
    return f"start the gateway with --public-host {name}"


def not_believed(words: str) -> str:
    return f"its certificate is not believed: {words}"


def no_http(words: str) -> str:
    return f"no HTTP is spoken there: {words}"


def not_by_name(url: str, name: str) -> str:
    return f"{url} does not answer to the name {name}"


def any_name(name: str) -> str:
    return f"the page answers to any name, {name} among them"


def health_kept(status: int) -> str:
    return f"/healthz answers {status}: the proxy in front keeps it to itself"


def page_names_no(what: str) -> str:
    return f"the page names no {what}"


def no_page_at(url: str) -> str:
    return f"no hub names a page, and at {url} there is none"


def another_page_at(url: str) -> str:
    return f"no hub names a page, and at {url} is another one"


# --- WebSocket --------------------------------------------------------------------------

UPGRADE: Final = (
    "the proxy in front does not pass on WebSockets: it needs HTTP/1.1 and the headers "
    "Upgrade and Connection of the browser (see “Behind a proxy” in docs/operating.md)"
)
ANY_ORIGIN: Final = (
    "any page may speak here as whoever looks at it: let the proxy in front pass on the "
    "Origin header as it is"
)
RIGHT_HUB: Final = "give the page's address with --web, or the right hub to the gateway with --hub"
NO_SOCKET: Final = "the WebSocket does not open at all"


def another_hub(target: str) -> str:
    return f"the page leads to another hub than {target}"


def not_opened(status: int) -> str:
    return f"it is not opened; the answer is {status}"
