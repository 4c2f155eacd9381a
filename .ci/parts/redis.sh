# Redis: everything in memory, nothing kept.

redis_up() {
    if [ -n "${REDIS_URL:-}" ]; then
        given_answers "$REDIS_URL"
        return
    fi
    if ! pid_of redis >/dev/null; then
        redis_start
    fi
    redis_port=$(cat "$STATE/redis.port")
    REDISCLI_AUTH=$(cat "$STATE/redis.password")
    export REDISCLI_AUTH
    ready redis Redis redis_answers || fail "'make services-down' and 'make services' start it again."
    REDIS_URL=redis://default:$REDISCLI_AUTH@127.0.0.1:$redis_port/0
}

redis_start() {
    redis_port=$(free_port "$(cat "$STATE/redis.port" 2>/dev/null || echo 26370)")
    echo "$redis_port" >"$STATE/redis.port"
    rm -rf "$STATE/redis"
    mkdir "$STATE/redis"
    (umask 077 && secret >"$STATE/redis.password" && redis_settings >"$STATE/redis/redis.conf")
    own redis "$STATE/redis"
    set -- redis-server "$STATE/redis/redis.conf"
    if is_root; then
        set -- setpriv --reuid=redis --regid=redis --init-groups -- "$@"
    fi
    launch redis "$@"
    say "Redis runs on port $redis_port."
}

redis_settings() {
    cat <<CONF
bind 127.0.0.1
port $redis_port
requirepass $(cat "$STATE/redis.password")
save ""
appendonly no
daemonize no
dir "$STATE/redis"
CONF
}

redis_answers() {
    [ "$(redis-cli -h 127.0.0.1 -p "$redis_port" ping)" = PONG ]
}

redis_down() {
    stop redis Redis TERM
}
