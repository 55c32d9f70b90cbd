#!/bin/sh
# See to it that the programs which the tests drive are there.
#
# usage: tools/testtools.sh [PROGRAM…]    all of them, or these alone
#
# Root on Debian or Ubuntu gets what is missing installed; everyone else is
# told which programs are missing and which command brings them, and the exit
# code is 1. Nothing is skipped for want of a program.
set -eu

wanted=$*

has() { command -v "$1" >/dev/null 2>&1; }
say() { printf 'test tools: %s\n' "$*" >&2; }

# There are several programs called nc; the tests speak of OpenBSD's -N.
has_openbsd_nc() { has nc && nc -h 2>&1 | grep -qi openbsd; }

# The page's modules are tested by node's own runner. 18.19 is the first that
# can be told to take .js files for modules.
has_node() {
    has node && node -e 'const [a, b] = process.versions.node.split(".").map(Number);
        process.exit(a > 18 || (a === 18 && b >= 19) ? 0 : 1)'
}

# Fill `missing` with "program:package" words.
look() {
    missing=
    for pair in $programs; do
        case " $wanted " in "  " | *" ${pair%%:*} "*) ;; *) continue ;; esac
        case $pair in
            nc:*) has_openbsd_nc || missing="$missing $pair" ;;
            firefox-esr:*) has firefox-esr || has firefox || missing="$missing $pair" ;;
            node:*) has_node || missing="$missing $pair" ;;
            nginx:* | haproxy:*) has "${pair%%:*}" || [ -x "/usr/sbin/${pair%%:*}" ] ||
                missing="$missing $pair" ;;
            *) has "${pair%%:*}" || missing="$missing $pair" ;;
        esac
    done
}

packages() { for pair in $missing; do printf '%s ' "${pair#*:}"; done; }
names() { for pair in $missing; do printf '%s ' "${pair%%:*}"; done; }

browser=chromium firefox=firefox-esr
if grep -qs '^ID=ubuntu' /etc/os-release; then browser=chromium-browser firefox=firefox; fi
programs="chromium:$browser firefox-esr:$firefox zsh:zsh fish:fish mandoc:mandoc nc:netcat-openbsd telnet:telnet socat:socat
    curl:curl tmux:tmux node:nodejs npm:npm strace:strace ip:iproute2
    cc:gcc nginx:nginx-light haproxy:haproxy caddy:caddy"

look
if [ -z "$missing" ]; then exit 0; fi

if [ "$(id -u)" -eq 0 ] && has apt-get && grep -qsE '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release
then
    say "installing $(packages)"
    install() {
        # shellcheck disable=SC2046 # one word for each package
        # Proxies are installed for their programs; none is started as a service.
        RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet \
            --no-install-recommends -o DPkg::Lock::Timeout=120 $(packages) </dev/null
    }
    # An update only where the lists are missing or too old to be of use.
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    install >"$log" 2>&1 ||
        { apt-get update --quiet >"$log" 2>&1 && install >"$log" 2>&1; } ||
        { cat "$log" >&2; say "apt-get failed; its words are above"; exit 1; }
    look
    if [ -z "$missing" ]; then exit 0; fi
    say "still missing or too old after installing their packages: $(names)"
    exit 1
fi

say "missing or not the right kind: $(names)"
if has apt-get; then
    if [ "$(id -u)" -eq 0 ]; then sudo=; else sudo="sudo "; fi
    say "this brings them: ${sudo}apt-get install $(packages)"
else
    say "install them with your system's packages; Debian calls them: $(packages)"
fi
exit 1
