# The variables of the scaled shape, for .ci/with-services.

environment_up() {
    [ -s "$STATE/keys" ] || (umask 077 && environment_keys >"$STATE/keys.new" && mv "$STATE/keys.new" "$STATE/keys")
    (umask 077 && environment_lines >"$STATE/environment.new")
    mv "$STATE/environment.new" "$STATE/environment"
}

environment_keys() {
    export_line DJINN_SECRET_KEY "$(secret)$(secret)"
    export_line DJINN_ENCRYPTION_KEY "$(secret)$(secret)"
}

environment_lines() {
    cat "$STATE/keys"
    export_line DATABASE_URL "$DATABASE_URL"
    export_line REDIS_URL "$REDIS_URL"
    [ -z "${DOCKER_HOST:-}" ] || export_line DOCKER_HOST "$DOCKER_HOST"
    [ -z "${SANDBOX_BASE_IMAGE:-}" ] || export_line SANDBOX_BASE_IMAGE "$SANDBOX_BASE_IMAGE"
}

# Quoted as the shell wants it: an address may hold anything.
export_line() {
    printf "export %s='%s'\n" "$1" "$(printf %s "$2" | sed "s/'/'\\\\''/g")"
}

environment_down() {
    rm -f "$STATE/environment"
}
