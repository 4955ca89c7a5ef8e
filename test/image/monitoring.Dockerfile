# hadolint ignore=DL3002
# Debian's Prometheus and promtool, which the suites run against the stacks.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install -y --no-install-recommends prometheus curl jq && \
    rm -rf /var/lib/apt/lists/*
