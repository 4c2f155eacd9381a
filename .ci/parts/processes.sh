# Processes that were started here, told apart from all others.

# A process number is given again to others; with the moment of its start and the machine's it belongs to one for ever.
identity() {
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    number=$1
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    [ "$1" != Z ] || return 1
    echo "$number ${20} $(cat /proc/sys/kernel/random/boot_id)"
}

# The number of the living process that was started under this name.
pid_of() {
    record=$(cat "$STATE/$1.process" 2>/dev/null) || return 1
    [ -n "$record" ] && [ "$(identity "${record%% *}")" = "$record" ] && echo "${record%% *}"
}

# launch NAME COMMAND …: the process writes down who it is before it becomes the program, so none is ever without a record.
launch() {
    name=$1
    shift
    # shellcheck disable=SC2016
    setsid sh -c '. "$1"; identity $$ >"$2"; cd /; shift 2; exec "$@"' launch \
        "$PARTS/processes.sh" "$STATE/$name.process" "$@" >"$STATE/$name.log" 2>&1 </dev/null 9>&- &
}

# ready NAME WHAT QUESTION …: ask until it answers; its end and half a minute of silence are failures.
ready() {
    name=$1
    what=$2
    shift 2
    looks=0
    until "$@" >/dev/null 2>&1; do
        looks=$((looks + 1))
        if [ $looks -gt 300 ] || { [ $looks -gt 10 ] && ! pid_of "$name" >/dev/null; }; then
            tail -n 20 "$STATE/$name.log" >&2
            say "$what does not answer; the last lines of $STATE/$name.log are above." >&2
            return 1
        fi
        sleep 0.1
    done
}

# stop NAME WHAT SIGNAL: asks it to end, and makes it end after half a minute.
stop() {
    if ! pid=$(pid_of "$1"); then
        rm -f "$STATE/$1.process"
        return
    fi
    signal "$1" "$3" "$pid"
    looks=0
    while pid_of "$1" >/dev/null; do
        looks=$((looks + 1))
        [ $looks -ne 300 ] || signal "$1" KILL "$pid"
        [ $looks -lt 350 ] || fail "$2 (process $pid) cannot be ended."
        sleep 0.1
    done
    rm -f "$STATE/$1.process"
    say "$2 was stopped."
}

signal() {
    if [ "$1" = engine ]; then
        as_root kill -s "$2" "$3"
    else
        kill -s "$2" "$3"
    fi
}
