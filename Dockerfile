# Two npm installs side by side: everything for the build, and what the server runs with for the image.
# --ignore-scripts: nothing that we use needs one (bcrypt ships its binaries for glibc), and none runs as root here.
ARG NODE_IMAGE=node:22-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=optional --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY scripts scripts
RUN npm run build && rm dist/.tsbuildinfo

# Optional dependencies are the embedded PostgreSQL of `npm start` without a DATABASE_URL: not for a container.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && npm cache clean --force

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
# Owned by root: the server cannot change its own code.
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
USER node
EXPOSE 3000
STOPSIGNAL SIGTERM
# Not ready without its database. Docker only reports it; nothing is restarted because of it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=40s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/ready`, { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Exec form, so that SIGTERM reaches node and not a shell that drops it.
CMD ["node", "dist/src/main.js"]
