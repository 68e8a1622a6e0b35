# Node.js image; no compiler is needed. Any image that can run `node` as uid 1000 works.
ARG NODE_IMAGE=node:26-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY test/tsconfig.build.json test/
COPY src src
RUN npm run build

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional dependencies are omitted too: an optional peer would install the compiler.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM ${NODE_IMAGE}
# The gateway needs no shell and writes no files. The image contains no secrets:
# settings and key files are mounted or passed as environment variables. Without
# authentication the gateway refuses to listen on anything but loopback.
ENV NODE_ENV=production
ENV HOST=0.0.0.0
# Heap limit of each process in MiB, for a container with 512 MiB. For another memory
# limit use about 60 % of it, divided by WEB_CONCURRENCY.
ENV NODE_OPTIONS=--max-old-space-size=320
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
USER 1000:1000
EXPOSE 3000 3001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["node", "-e", "fetch(`http://127.0.0.1:${Number(process.env.OPS_PORT)||3001}/livez`).then(({ok})=>process.exit(ok?0:1),()=>process.exit(1))"]
# Replaces the entrypoint of the base image, which is a shell script. The bundle contains
# the packages of every command: `docker run <image> doctor`, and `--help` lists them.
ENTRYPOINT ["node", "--enable-source-maps", "--max-semi-space-size=48", "dist/bundle/main.js"]
CMD ["serve"]
