# Packages are downloaded while the image is built, and never when it runs.
FROM denoland/deno:2.9.6 AS packages
ENV DENO_DIR=/deno-dir
WORKDIR /app
COPY deno.json deno.lock main.ts ./
COPY scripts/permissions.ts scripts/healthcheck.ts ./scripts/
COPY skills ./skills
COPY src ./src
RUN deno cache --frozen main.ts scripts/permissions.ts scripts/healthcheck.ts
# A run keeps what Deno and V8 have compiled. Later nobody may write it, and each start would compile everything again.
RUN ["/bin/sh", "-c", "exec deno run --frozen --cached-only --deny-import --no-prompt $(deno run --frozen --cached-only --deny-import --quiet --no-prompt -P=config scripts/permissions.ts serve) main.ts --version"]

FROM denoland/deno:2.9.6
# The name under which the publisher lists the server in the MCP registry, such as io.github.OWNER/cloudways-mcp.
ARG REGISTRY_NAME=
LABEL io.modelcontextprotocol.server.name="${REGISTRY_NAME}" \
      org.opencontainers.image.title="cloudways-mcp" \
      org.opencontainers.image.description="MCP server that runs a Cloudways account" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="0.1.0"
ENV DENO_DIR=/deno-dir \
    DENO_NO_UPDATE_CHECK=1 \
    HOST=0.0.0.0 \
    LOG_FORMAT=json
WORKDIR /app
COPY --from=packages /app /app
COPY --from=packages /deno-dir /deno-dir
USER 10001:10001
EXPOSE 7000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["deno", "run", "--quiet", "--cached-only", "--no-prompt", "--allow-net=127.0.0.1", "--allow-env=PORT", "--ignore-env", "scripts/healthcheck.ts"]
# The shell works out the permissions, as deno task start does, and gives its place to the server, which gets the signals.
ENTRYPOINT ["/bin/sh", "-c", "exec deno run --frozen --cached-only --deny-import --no-prompt $(deno run --frozen --cached-only --deny-import --quiet --no-prompt -P=config scripts/permissions.ts serve) main.ts serve"]
