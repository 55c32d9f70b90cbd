#!/bin/sh
# Make an environment and put the locked packages into it; do nothing if they are there.
#
# usage: tools/setup.sh runtime|dev|bench [FOLDER]
#
# FOLDER is .venv where it is not given.
# PYTHON names the interpreter to use; without it the first one of at least
# Python 3.11 is taken. uv is used where it is on PATH, pip otherwise; either
# checks every file against the hashes in the lock.
set -eu
cd "$(dirname "$0")/.."

case ${1-} in
    runtime) lock=requirements.txt ;;
    dev) lock=requirements-dev.txt ;;
    bench) lock=requirements-bench.txt ;;
    *) echo "usage: tools/setup.sh runtime|dev|bench [FOLDER]" >&2; exit 2 ;;
esac

venv=${2:-.venv}
# What was installed is remembered by content, not by time: a checkout gives
# every file a new time, and a branch may bring the old lock back.
stamp=$venv/.hubbub-$1

say() { printf 'setup: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# An interpreter that was upgraded or removed under an environment leaves its
# packages where nobody looks any more.
usable() {
    version=$("$venv/bin/python" -ISc \
        'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) &&
        [ -d "$venv/lib/python$version/site-packages" ]
}

if usable && cmp -s "$lock" "$stamp"; then exit 0; fi

# Print the path of an interpreter that can make an environment.
find_python() {
    old= bare=
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python /usr/bin/python3}
    do
        # Printed: what is wrong with it, then where it is.
        found=$("$name" -c 'import sys
fault = "ready"
if sys.version_info < (3, 11): fault = "old:%d.%d.%d" % sys.version_info[:3]
else:
    try: import ensurepip, venv
    except ImportError: fault = "bare:%d.%d" % sys.version_info[:2]
print(fault + " " + sys.executable)' 2>/dev/null) || continue
        path=${found#* }
        case $found in
            ready*) echo "$path"; return ;;
            # uv needs neither venv nor pip in the interpreter.
            bare:*) if has uv; then echo "$path"; return; fi
                    bare=${bare:-${found%% *} $path} ;;
            old:*) old=${old:-${found%% *} $path} ;;
        esac
    done
    if [ -n "$bare" ]; then
        name_missing_venv "${bare#* }" "${bare#bare:}"
    elif has uv; then
        echo '>=3.11' # uv brings one
        return
    elif [ -n "$old" ]; then
        found=${old#old:}
        say "Hubbub needs Python 3.11 or newer, and ${old#* } is ${found%% *}."
        say "Install a newer one, or name it: make ${MAKECMDGOALS:-setup} PYTHON=/path/to/python3"
    else
        say "no Python found; Hubbub needs 3.11 or newer."
        if has apt-get; then say "This installs it: ${sudo}apt-get install python3-venv"; fi
    fi
    return 1
}

if [ "$(id -u)" -eq 0 ]; then sudo=; else sudo="sudo "; fi

name_missing_venv() {
    package=python3-venv
    case $1 in /usr/bin/python3) ;; *) package=python${2%% *}-venv ;; esac
    say "$1 cannot make virtual environments: its module venv or ensurepip is missing."
    if has apt-get; then
        say "This installs it: ${sudo}apt-get install $package"
    else
        say "Install your system's package for it (on Debian it is $package), or uv."
    fi
}

making=
# Half an environment is worse than none: the next run would believe in it.
clean_up() { if [ -n "$making" ]; then rm -rf "$venv"; fi; }
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

installer() { if has uv; then echo uv; else echo pip; fi; }

if usable && { has uv || "$venv/bin/python" -m pip --version >/dev/null 2>&1; }; then
    :
else
    python=$(find_python)
    if [ -e "$venv" ]; then
        say "$venv is not usable (any more) and is made anew"
        rm -rf "$venv"
    fi
    making=yes
    if has uv; then
        uv venv --quiet --python "$python" "$venv"
    elif ! problem=$("$python" -m venv "$venv" 2>&1); then
        printf '%s\n' "$problem" >&2
        name_missing_venv "$python" \
            "$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
        exit 1
    fi
fi

say "installing $lock into $venv with $(installer)"
if has uv; then
    uv pip install --quiet --python "$venv/bin/python" \
        --require-hashes --only-binary :all: --requirement "$lock"
else
    "$venv/bin/python" -m pip --quiet --quiet --disable-pip-version-check --no-input install \
        --require-hashes --only-binary :all: --requirement "$lock"
fi

cp "$lock" "$stamp"
# The other locks hold the runtime's pins too, with the same versions.
if [ "$1" != runtime ]; then cp requirements.txt "$venv/.hubbub-runtime"; fi
making=
