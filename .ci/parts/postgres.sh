# PostgreSQL: a cluster of our own, reached by password over the loopback device.

postgres_folder() {
    for folder in /usr/lib/postgresql/*/bin; do
        [ ! -x "$folder/initdb" ] || newest=$folder
    done
    [ -n "${newest:-}" ] && echo "$newest"
}

postgres_up() {
    if [ -n "${DATABASE_URL:-}" ]; then
        given_answers "$DATABASE_URL"
        return
    fi
    PG=$(postgres_folder)
    version=${PG%/bin}
    CLUSTER=$STATE/postgres-${version##*/}
    if ! pid_of postgres >/dev/null; then
        postgres_start || postgres_again || fail "PostgreSQL does not start."
    fi
    postgres_port=$(cat "$CLUSTER.port")
    ready postgres PostgreSQL postgres_answers || fail "'make services-down' and 'make services' start it again."
    DATABASE_URL=postgres://djinn:$(cat "$CLUSTER.password")@127.0.0.1:$postgres_port/djinn
}

postgres_start() {
    [ -s "$CLUSTER/data/PG_VERSION" ] || postgres_make
    # Nobody of ours runs: what a killed one left would only mislead the next one, once its number is another's.
    rm -f "$CLUSTER/data/postmaster.pid"
    postgres_port=$(free_port "$(cat "$CLUSTER.port" 2>/dev/null || echo 25432)")
    echo "$postgres_port" >"$CLUSTER.port"
    # Tests' data may be lost with the machine, though not with a process: no waiting for the disk.
    postgres_launch
    ready postgres PostgreSQL postgres_answers || return 1
    say "PostgreSQL runs on port $postgres_port."
}

postgres_launch() {
    set -- "$PG/postgres" -D "$CLUSTER/data" -p "$postgres_port" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories= -c max_connections=300 -c fsync=off -c full_page_writes=off
    if is_root; then
        set -- setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"
    fi
    launch postgres "$@"
}

postgres_answers() {
    "$PG/pg_isready" -q -h 127.0.0.1 -p "$postgres_port"
}

# Begun elsewhere and moved, so that a cluster half made is never taken for a whole one.
postgres_make() {
    rm -rf "$CLUSTER" "$CLUSTER.new"
    mkdir -p "$CLUSTER.new"
    chmod 755 "$CLUSTER.new"
    (umask 077 && secret >"$CLUSTER.password" && cp "$CLUSTER.password" "$CLUSTER.new/password")
    own postgres "$CLUSTER.new"
    as_user postgres "$PG/initdb" -D "$CLUSTER.new/data" -U djinn --pwfile="$CLUSTER.new/password" --auth=scram-sha-256 \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$STATE/initdb.log" 2>&1 9>&- || {
        cat "$STATE/initdb.log" >&2
        fail "PostgreSQL could not make a cluster; what it said is above."
    }
    postgres_name_it
    rm "$CLUSTER.new/password"
    mv "$CLUSTER.new" "$CLUSTER"
}

# The database that the address names, made while nobody else can be connected.
postgres_name_it() {
    echo 'CREATE DATABASE djinn' | as_user postgres "$PG/postgres" --single -D "$CLUSTER.new/data" postgres \
        >>"$STATE/initdb.log" 2>&1 9>&- || fail "The database could not be made; see $STATE/initdb.log."
}

# A machine that was cut off may leave a ruin, as nothing waits for the disk: what is in it was for tests.
postgres_again() {
    say "The cluster cannot be used any more; a new one is made, and the old one kept as $CLUSTER.ruined."
    stop postgres PostgreSQL KILL
    rm -rf "$CLUSTER.ruined"
    mv "$CLUSTER" "$CLUSTER.ruined"
    postgres_start
}

postgres_down() {
    stop postgres PostgreSQL INT
}
