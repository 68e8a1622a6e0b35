# A Node.js image without a compiler; any that runs `node` as uid 1000 will do.
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
# Optional ones are left out too: the compiler is among them, as a peer.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM ${NODE_IMAGE}
# Needs no shell, writes no file, and holds no secret: settings and key files
# come from outside. Without sign-in it refuses to listen beyond loopback.
ENV NODE_ENV=production
ENV HOST=0.0.0.0
# Heap limit of each process in MiB, for a container of 512 MiB. Set it to about
# 60 % of another memory limit, divided by WEB_CONCURRENCY.
ENV NODE_OPTIONS=--max-old-space-size=320
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
USER 1000:1000
EXPOSE 3000 3001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.OPS_PORT||3001}/livez`).then(({ok})=>process.exit(ok?0:1),()=>process.exit(1))"]
# Replaces the entrypoint of the image below, which is a shell script.
ENTRYPOINT ["node", "--enable-source-maps"]
CMD ["dist/bundle/main.js"]
