# Docker Compose for the suites, since a machine that has an engine need not have it.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
RUN apt-get update && apt-get install -y --no-install-recommends docker-cli docker-compose docker-buildx openssl curl && rm -rf /var/lib/apt/lists/*
