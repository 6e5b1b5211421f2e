# One image for every service: orderctl, with TLS and SASL. `docker build -t orders:0.1.0 .`
# Other bases, a mirror's for instance: --build-arg BUILD_IMAGE=… --build-arg RUNTIME_IMAGE=…
ARG BUILD_IMAGE=rust:1.95.0-slim-bookworm
ARG RUNTIME_IMAGE=debian:bookworm-slim

# hadolint ignore=DL3006
FROM ${BUILD_IMAGE} AS build
# Versions follow the pinned base image; a pinned patch level would vanish from the mirrors with the next one.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends g++ libssl-dev make pkg-config \
    && rm -rf /var/lib/apt/lists/*
# The compiler that is in the image, without the components only a developer needs.
ENV RUSTUP_TOOLCHAIN=1.95.0
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release -p orderctl --features tls \
    && strip --strip-debug -o /orderctl target/release/orderctl

# hadolint ignore=DL3006
FROM ${RUNTIME_IMAGE}
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libssl3 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /orderctl /usr/local/bin/orderctl
USER 65532:65532
# Ctrl-C and `docker stop` both drain: orderctl listens to SIGINT and SIGTERM itself.
STOPSIGNAL SIGTERM
ENTRYPOINT ["orderctl"]
CMD ["--help"]
