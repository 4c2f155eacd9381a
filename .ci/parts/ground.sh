# Saying, failing, and being the only one at work.

say() {
    printf '%s\n' "$*"
}

fail() {
    say "$*" >&2
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

is_root() {
    [ "$(id -u)" = 0 ]
}

as_root() {
    if is_root; then
        "$@"
    elif has sudo; then
        sudo "$@"
    else
        fail "Please run this as root, or ask somebody who may: $*"
    fi
}

# Servers refuse to be root's; each has a user of its own, which its package made.
as_user() {
    user=$1
    shift
    if is_root; then
        setpriv --reuid="$user" --regid="$user" --init-groups -- "$@"
    else
        "$@"
    fi
}

own() {
    if is_root; then
        chown -R "$1:$1" "$2"
    fi
}

secret() {
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# Two runs at once take turns. The lock is descriptor 9, which no server may inherit.
alone() {
    mkdir -p "$STATE" 2>/dev/null || fail "$STATE cannot be made; DJINN_SERVICES may name a folder that can."
    # shellcheck disable=SC3067
    [ -O "$STATE" ] || fail "$STATE belongs to somebody else; DJINN_SERVICES may name another folder."
    is_root || chmod 700 "$STATE"
    exec 9>"$STATE/lock"
    if ! flock --nonblock 9; then
        say "Somebody else is at it; waiting …"
        flock --timeout 900 9 || fail "After 15 minutes somebody else still holds $STATE/lock."
    fi
}

# The first free one from there on, so that nobody's own server is in the way.
free_port() {
    python3 - "$1" <<'PYTHON' || fail "No port from $1 on is free."
import socket, sys
for port in range(int(sys.argv[1]), int(sys.argv[1]) + 50):
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except OSError:
        continue
    print(port)
    sys.exit()
sys.exit(1)
PYTHON
}

# A server that somebody named by its address: it is only asked.
given_answers() {
    python3 "$PARTS/answers.py" "$1" || exit 1
}
