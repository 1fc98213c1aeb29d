# The service as an image: one stage compiles it, one installs what it runs on, the last has nothing else.

FROM node:24-bookworm-slim AS compiled
WORKDIR /herbarium
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY client/package.json client/tsconfig.build.json client/
COPY service/package.json service/tsconfig.build.json service/link.ts service/
COPY dashboard/package.json dashboard/vite.config.ts dashboard/index.html dashboard/
RUN npm ci --ignore-scripts
COPY client/src client/src
COPY service/src service/src
COPY dashboard/src dashboard/src
RUN npm run build

FROM node:24-bookworm-slim AS installed
WORKDIR /herbarium
COPY package.json package-lock.json .npmrc ./
COPY client/package.json client/
COPY service/package.json service/
COPY service/bin service/bin
# The service and what it asks for: the root asks only for tools, and for a Node, which this image has; the page is built.
RUN npm ci --workspace=service --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
WORKDIR /herbarium
COPY --from=installed /herbarium ./
COPY --from=compiled /herbarium/client/dist client/dist
COPY --from=compiled /herbarium/service/dist service/dist
COPY --from=compiled /herbarium/service/linked service/linked
RUN ln -s /herbarium/service/bin/herbarium.js /usr/local/bin/herbarium \
 && install --directory --owner=node --group=node --mode=700 /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8787 DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 8787
# The first one lets requests in flight finish, for up to 30 seconds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["herbarium"]
CMD ["serve"]
