# A Docker engine: the one that answers, or one of our own beside its own data.

SOCKET=unix://$STATE/engine.sock
# Of the running machine, and gone with it.
ENGINE_RUN=/run/djinn-engine-$(printf %s "$STATE" | cksum | cut -d ' ' -f 1)

engine_packages() {
    if ! has docker; then
        missing="$missing docker.io$(split_client)"
    elif ! engine_somewhere; then
        needs dockerd docker.io
    fi
    has docker-compose || docker compose version >/dev/null 2>&1 || missing="$missing docker-compose"
    if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ]; then
        needs apparmor_parser apparmor
    fi
}

# Newer Debians have the client in a package of its own.
split_client() {
    if [ -n "$(apt-cache search --names-only '^docker-cli$' 2>/dev/null)" ]; then
        echo " docker-cli"
    fi
}

engine_answers() {
    timeout 10 docker version
}

engine_somewhere() {
    has docker && { engine_answers >/dev/null 2>&1 || DOCKER_HOST=$SOCKET engine_answers >/dev/null 2>&1; }
}

engine_up() {
    if [ -n "${DOCKER_HOST:-}" ] && [ "$DOCKER_HOST" != "$SOCKET" ]; then
        engine_answers >/dev/null 2>&1 || fail "No Docker engine answers at $DOCKER_HOST. Correct DOCKER_HOST, or unset it."
    elif pid_of engine >/dev/null; then
        export DOCKER_HOST="$SOCKET"
        ready engine "The Docker engine" engine_answers || fail "'make services-down' and 'make services' start it again."
    elif ! engine_answers >/dev/null 2>&1; then
        engine_may
        engine_start
    fi
}

engine_may() {
    case $(docker version 2>&1) in
        *"permission denied"*) fail "A Docker engine runs here, but you may not use it: join its group (usermod -aG docker)." ;;
    esac
}

engine_start() {
    as_root mkdir -p "$ENGINE_RUN"
    engine_cgroups
    engine_forget
    set -- dockerd --data-root "$STATE/engine" --exec-root "$ENGINE_RUN" --pidfile "$ENGINE_RUN/docker.pid" \
        --host "$SOCKET" --group "$(id -g)" --log-level warn
    is_root || set -- sudo "$@"
    launch engine "$@"
    export DOCKER_HOST="$SOCKET"
    ready engine "The Docker engine" engine_answers || fail "A Docker engine needs a kernel with cgroups and overlay files, and root."
    say "A Docker engine runs at $DOCKER_HOST."
}

# Both look only whether a process has that number, and take anybody's for a living one of theirs.
engine_forget() {
    as_root rm -f "$ENGINE_RUN/docker.pid"
    engine_left_behind || as_root rm -f "$ENGINE_RUN/containerd/containerd.pid"
}

# What keeps the containers of an engine that was killed.
engine_left_behind() {
    pid=$(as_root cat "$ENGINE_RUN/containerd/containerd.pid" 2>/dev/null) || return 1
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q "^containerd .*$ENGINE_RUN/"
}

# Where no init has mounted them.
engine_cgroups() {
    if ! grep -q ' /sys/fs/cgroup[ /]' /proc/mounts; then
        as_root mount -t cgroup2 cgroup2 /sys/fs/cgroup || fail "The kernel's cgroups cannot be mounted; containers need them."
    fi
}

# A new one takes over what a killed one left behind, and ends it with itself.
engine_down() {
    if ! pid_of engine >/dev/null && [ -d "$ENGINE_RUN" ] && engine_left_behind; then
        engine_start
    fi
    stop engine "The Docker engine" TERM
}
