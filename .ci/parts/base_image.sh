# The image that boxes are built upon: the public one, or where no registry is reachable a Debian made here.

BASE=djinn-base:bookworm

base_image_up() {
    if [ -n "${SANDBOX_BASE_IMAGE:-}" ]; then
        return
    fi
    if docker image inspect "$BASE" >/dev/null 2>&1; then
        SANDBOX_BASE_IMAGE=$BASE
    elif ! base_image_public; then
        base_image_make
        SANDBOX_BASE_IMAGE=$BASE
    fi
}

base_image_public() {
    public=$(sed -n 's/^ARG BASE_IMAGE=//p' Dockerfile.sandbox)
    docker image inspect "$public" >/dev/null 2>&1 || timeout 300 docker pull --quiet "$public" >"$STATE/pull.log" 2>&1
}

base_image_make() {
    say "No image registry is reachable; making $BASE from Debian's packages (half a minute, once) …"
    if ! has debootstrap; then
        missing=" debootstrap"
        install_packages
    fi
    root=$STATE/base
    as_root rm -rf "$root"
    if ! as_root debootstrap --variant=minbase bookworm "$root" >"$STATE/debootstrap.log" 2>&1 9>&-; then
        tail -n 20 "$STATE/debootstrap.log" >&2
        fail "A base image could not be made; the last lines of $STATE/debootstrap.log are above."
    fi
    as_root tar -C "$root" --exclude='./var/cache/apt/archives/*.deb' --exclude='./var/lib/apt/lists/*_*' -c . |
        docker import --change 'CMD ["/bin/bash"]' - "$BASE" >/dev/null || fail "The Docker engine did not take the base image."
    as_root rm -rf "$root"
}
