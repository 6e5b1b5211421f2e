# Words that the tiers are written with. Sourced by each of them; the driver, scripts/test, counts what they print.
# shellcheck shell=bash
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$repository"
target=${CARGO_TARGET_DIR:-$repository/target}
# Read by the tiers.
# shellcheck disable=SC2034
orderctl=$target/debug/orderctl
failed_checks=0

# check "a sentence" command arguments…: runs it and counts it as one test.
check() {
    local says=$1
    shift
    if "$@"; then
        echo "check $says ... ok"
    else
        echo "check $says ... FAILED"
        failed_checks=$((failed_checks + 1))
    fi
}

# leave_out "what" "why, and the remedy": counts as skipped, and as failed with --ci.
leave_out() { echo "left out: $1: $2"; }

# note "a few words for the tier's line"
note() { echo "note: $*"; }

# The last line of a tier.
done_checking() { [ "$failed_checks" -eq 0 ]; }

have() { command -v "$1" >/dev/null 2>&1; }

# need COMMAND PACKAGE…: whether it is here; in CI, as root on a Debian-like system, it is installed first.
need() {
    local command=$1
    shift
    have "$command" && return
    if [ "${ORDERS_TEST_CI:-no}" = yes ] && [ "$(id -u)" = 0 ] && have apt-get; then
        echo "installing $*"
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$@" >/dev/null 2>&1 ||
            { apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$@" >/dev/null; }
    fi
    have "$command"
}

# eventually SECONDS command…: runs it until it succeeds; fails when it has not in time.
eventually() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.2
    done
}

# Linters from PyPI, in an environment of their own; each wheel brings its binary. linter NAME PACKAGE==VERSION
linter() {
    local venv=$target/test/linters
    have "$1" && { echo "$1"; return; }
    if [ ! -x "$venv/bin/$1" ]; then
        have python3 || return 1
        { [ -x "$venv/bin/pip" ] || python3 -m venv "$venv"; } >&2 && "$venv/bin/pip" install -q "$2" >&2 || return 1
    fi
    echo "$venv/bin/$1"
}

# The names of the integration tests in these crates: tests_in FOLDER…
tests_in() {
    local folder file name
    for folder in "$@"; do
        for file in "$folder"/tests/*.rs "$folder"/tests/*/main.rs; do
            [ -e "$file" ] || continue
            name=${file%/main.rs}
            basename "${name%.rs}"
        done
    done | sort -u
}

# tests OPTIONS… : all of cargo's tests that the options choose, in the build that is there already. A tier goes on
# after a failure, so that everything broken is told at once.
tests() {
    cargo test --workspace --no-fail-fast --locked "$@" || failed_checks=$((failed_checks + 1))
}
