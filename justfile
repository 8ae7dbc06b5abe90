# Shorthands; each is a line that can be typed.

# everything that must hold
ci:
    .ci/run

fmt:
    cargo fmt --all

lint:
    cargo clippy --workspace --all-targets -- -D warnings

test *args:
    cargo test --workspace {{ args }}

# the snapshots as they are now; read the difference
snapshots:
    INSTA_UPDATE=always cargo test --workspace

doc:
    RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps

# against moto over HTTP, the runs killed so many times
moto kills="10":
    cargo test --workspace --no-run
    KILLS={{ kills }} python3 -m pytest -q tests/moto

deny:
    cargo deny check

plan environment="dev":
    cargo run -q -p stacks -- plan {{ environment }} --sandbox

apply environment="dev":
    cargo run -q -p stacks -- apply {{ environment }} --sandbox
