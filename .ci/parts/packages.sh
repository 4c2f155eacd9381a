# Packages of Debian, when they are missing.

packages_up() {
    missing=""
    needs bwrap bubblewrap
    needs chromium chromium
    needs git git
    needs openssl openssl
    needs python3 python3
    node_packages
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
    if ! has fc-list || [ -z "$(fc-list)" ]; then
        missing="$missing fontconfig fonts-dejavu-core"
    fi
    [ -n "${DATABASE_URL:-}" ] || postgres_folder >/dev/null || missing="$missing postgresql"
    [ -n "${REDIS_URL:-}" ] || needs redis-server redis-server
    engine_packages
    [ -z "$missing" ] || install_packages
}

# React apps want Node 20; older Debians have an older one.
node_packages() {
    if has npm; then
        return
    fi
    node=$(apt-cache policy nodejs 2>/dev/null | sed -n 's/.*Candidate: \([0-9]*\).*/\1/p')
    if [ "${node:-0}" -ge 20 ]; then
        missing="$missing nodejs npm"
    else
        say "Node.js 20 or newer is missing; React apps and their tests need it (nodejs.org)."
    fi
}

needs() {
    has "$1" || missing="$missing $2"
}

install_packages() {
    has apt-get || fail "Please install with this system's own package manager:$missing"
    say "Installing:$missing"
    log=$STATE/apt.log
    # shellcheck disable=SC2086
    { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1 9>&- || {
        tail -n 20 "$log" >&2
        fail "The packages could not be installed; the last lines of $log are above. Is the network there?"
    }
}
