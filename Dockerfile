FROM node:22-bookworm-slim AS dependencies
WORKDIR /app
# tfjs-node unpacks libtensorflow with tar and, where no prebuilt addon fits, builds it.
RUN apt-get update && apt-get install -y --no-install-recommends python3 make g++ ca-certificates \
  && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json ./
COPY apps/api/package.json apps/api/
COPY apps/cli/package.json apps/cli/
COPY apps/worker/package.json apps/worker/
COPY packages packages
RUN npm ci --omit=dev

FROM node:22-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
# One arena of freed memory per thread would cost a worker some 40 MB.
ENV MALLOC_ARENA_MAX=2
# And 30 MB of large buffers freed long ago.
ENV MALLOC_MMAP_THRESHOLD_=1048576
COPY --from=dependencies /app/node_modules node_modules
COPY package.json package-lock.json ./
COPY apps apps
COPY packages packages
COPY models models
USER node
CMD ["node", "--max-semi-space-size=2", "--max-old-space-size=512", "apps/api/bin/api.mjs"]
