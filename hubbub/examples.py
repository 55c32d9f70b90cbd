"""Examples for each command, as people would type them. Does not know the flags.

Shown below every `--help` and in the manual page.
"""

from typing import Final

EXAMPLES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "serve": (
        ("hubbub serve", "for this machine alone"),
        ("hubbub serve --host 0.0.0.0 --data /var/lib/hubbub", "for the network"),
        ("hubbub serve --gateways 4", "with browsers on four more cores"),
    ),
    "hub": (("hubbub hub --host 0.0.0.0 --secret-file secret", "with gateways elsewhere"),),
    "gateway": (("hubbub gateway --hub 10.0.0.5:4045 --secret-file secret", "beside that hub"),),
    "join": (
        ("hubbub join alice@chat.example", "talk in lobby, as alice"),
        ("hubbub join ws://chat.example:8080/ --room ops", "through the web port"),
    ),
    "send": (
        ("hubbub send chat.example deploy done", "one line"),
        ("journalctl -f | hubbub send chat.example --room ops --nick web1", "a log, as it comes"),
        ("hubbub send chat.example --file build.log", "a file, as code"),
        ("make 2>&1 | hubbub send chat.example --each-line", "each line by itself"),
    ),
    "tail": (
        ("hubbub tail chat.example --room ops --since 10m", "the last ten minutes, and on"),
        ("hubbub tail chat.example --room ops --room lobby --match 'disk|full'", "what matches"),
        ("hubbub tail chat.example --json --no-follow --last 1000 | jq .text", "for programs"),
    ),
    "doctor": (
        ("hubbub doctor chat.example", "every door of that hub"),
        ("hubbub doctor 10.0.0.5:4045 --web https://chat.example/", "with a proxy before the page"),
        ("hubbub doctor chat.example --json | jq 'select(.state == \"failed\")'", "for programs"),
    ),
    "export": (
        ("hubbub export lobby", "as text, to the screen"),
        ("hubbub export ops --format markdown --output ops.md --since 7d", "last week, to read"),
    ),
    "backup": (("hubbub backup hubbub.backup", "the whole log, while the hub runs"),),
    "passphrase": (
        ("hubbub passphrase", "what newcomers have to say"),
        ("hubbub passphrase --renew", "another one, which everybody is asked for"),
        ("hubbub passphrase --set", "one of your own, typed unseen"),
    ),
    "config": (
        ("hubbub config", "what hubbub serve would use, here and now"),
        ("hubbub config hub --config /etc/hubbub.toml", "trying a file before it is used"),
    ),
    "completion": (
        ("hubbub completion bash > ~/.local/share/bash-completion/completions/hubbub", "bash"),
        ("hubbub completion zsh > ~/.zfunc/_hubbub", "zsh, with ~/.zfunc in its fpath"),
        ("hubbub completion fish > ~/.config/fish/completions/hubbub.fish", "fish"),
    ),
}


def shown(command: str) -> str:
    """Return the examples of a command as text."""
    lines = [f"  {line}\n      {what}" for line, what in EXAMPLES.get(command, ())]
    return "\n".join(["Examples:", *lines])
