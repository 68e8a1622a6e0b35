# Node.js image; no compiler is needed. Any image that can run `node` as uid 1000 works.
# A tag can change. For a release, pin it by digest: see "Releasing" in CONTRIBUTING.md.
ARG NODE_IMAGE=node:26-slim

FROM ${NODE_IMAGE} AS build
# No package needs its install script.
ENV npm_config_ignore_scripts=true
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY LICENSE tsconfig.json ./
COPY test/tsconfig.build.json test/
COPY src src
RUN npm run build && node dist/build/image.build.js

FROM ${NODE_IMAGE}
ARG NODE_IMAGE
# Commit that the image was built from.
ARG REVISION=unknown
LABEL org.opencontainers.image.title="message-contacts-gateway"
LABEL org.opencontainers.image.description="GraphQL and REST gateway for the message contacts of an Alibaba Cloud resource directory"
LABEL org.opencontainers.image.version="0.2.0"
LABEL org.opencontainers.image.licenses="MIT"
LABEL org.opencontainers.image.revision="${REVISION}"
LABEL org.opencontainers.image.base.name="${NODE_IMAGE}"
# The gateway needs no shell and writes no files. The image contains no secrets:
# settings and key files are mounted or passed as environment variables. Without
# authentication the gateway refuses to listen on anything but loopback. The heap limit
# is derived from the memory of the container at the start.
ENV NODE_ENV=production
ENV HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/dist/image ./
USER 1000:1000
EXPOSE 3000 3001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["node", "-e", "fetch(`http://127.0.0.1:${Number(process.env.OPS_PORT)||3001}/livez`).then(({ok})=>process.exit(ok?0:1),()=>process.exit(1))"]
# Replaces the entrypoint of the base image, which is a shell script. The bundle contains
# the packages of every command: `docker run <image> doctor`, and `--help` lists them.
ENTRYPOINT ["node", "--enable-source-maps", "dist/bundle/main.js"]
CMD ["serve"]
