/** The composition root: everything is built here, once, and handed to whoever needs it. */
import { type Caller, credentialSecrets } from "./caller.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { AccountServices } from "./cloudways/account.ts";
import { CloudwaysClient } from "./cloudways/client.ts";
import { CloudwaysHttp } from "./cloudways/http.ts";
import { Operations } from "./cloudways/operations.ts";
import { ReferenceData } from "./cloudways/reference_data.ts";
import { SealedStore } from "./cloudways/sealed_store.ts";
import { ServerListing } from "./cloudways/server_listing.ts";
import type { Config } from "./config.ts";
import { Box } from "./crypto/box.ts";
import { CustomerIds, shortCustomerId } from "./crypto/customer_id.ts";
import { KeyRing } from "./crypto/key_ring.ts";
import { ToolError } from "./errors.ts";
import { homeRoute } from "./http/home.ts";
import { McpRoute } from "./http/mcp_route.ts";
import { probeRoutes } from "./http/probes.ts";
import { createRouter, type FetchHandler } from "./http/router.ts";
import { Catalogue } from "./mcp/catalogue.ts";
import { Dispatcher } from "./mcp/dispatch.ts";
import { McpEndpoint } from "./mcp/endpoint.ts";
import { type CallScope, createProtocolServer } from "./mcp/server.ts";
import { Semaphore } from "./semaphore.ts";
import { MemoryStore } from "./store/memory.ts";
import { RedisStore } from "./store/redis.ts";
import type { Store } from "./store/store.ts";
import type { Logger } from "./telemetry/log.ts";
import { Metrics } from "./telemetry/metrics.ts";
import { allTools } from "./tools/all.ts";
import { VERSION } from "./version.ts";

/** What may be replaced, by tests above all. */
export interface AppOptions {
  log: Logger;
  /** Defaults to the real clock. */
  clock?: Clock;
  /** Milliseconds one upstream request may take. Defaults to 20 s. */
  upstreamTimeoutMs?: number;
  /** Milliseconds a call may take that waits for no operation. Defaults to 28 s, below the promised 30. */
  callTimeoutMs?: number;
}

/** The running program, without a way in. */
export interface App {
  /** Serves HTTP. */
  fetch: FetchHandler;
  catalogue: Catalogue;
  dispatcher: Dispatcher;
  /** The scope of the one customer of `stdio` mode. */
  stdioScope(): Promise<CallScope>;
  /** From now on `/ready` says no, so that no new work is sent here. */
  startDraining(): void;
  /** Ends open exchanges and connections. */
  close(): Promise<void>;
}

/**
 * Builds the program.
 *
 * @throws {StoreError} Where Redis is configured and does not answer.
 */
export async function createApp(config: Config, options: AppOptions): Promise<App> {
  const { log } = options;
  const clock = options.clock ?? systemClock;
  const metrics = new Metrics({ version: VERSION });
  const ring = await KeyRing.create(keysOf(config));
  const customerIds = new CustomerIds(ring);
  const store = await openStore(config, clock, log);
  const services = createServices({ config, store, box: new Box(ring), clock, metrics, options });
  const catalogue = new Catalogue(allTools);
  const dispatcher = new Dispatcher({
    catalogue,
    services,
    clock,
    metrics,
    confirm: config.confirm,
    callTimeoutMs: options.callTimeoutMs ?? 28_000,
  });
  const endpoint = new McpEndpoint<CallScope>({
    createServer: (scope) => createProtocolServer(catalogue, dispatcher, scope),
    isSlow: (name) => catalogue.isSlow(name),
    onError: (error) => log.debug("protocol", { error }),
  });
  const bounds = { readOnly: config.readOnly, toolsets: config.toolsets };
  const mcpRoute = new McpRoute({ endpoint, customerIds, bounds });
  let draining = false;
  const routes = [
    { path: "/mcp", allowsCors: true, noStore: true, handle: mcpRoute.fetch.bind(mcpRoute) },
    ...probeRoutes({ store, clock, metrics, notReadyReason: () => draining ? "shutting down" : undefined }),
    await homeRoute({ catalogue, bounds, confirm: config.confirm, publicUrl: urlText(config.publicUrl) }),
  ];
  return {
    fetch: createRouter({ routes, access: config, metrics, log }),
    catalogue,
    dispatcher,
    stdioScope: () => stdioScope(config, customerIds, log),
    startDraining: () => {
      draining = true;
    },
    close: async () => {
      await endpoint.close();
      services.client.close();
      await store.close();
    },
  };
}

interface ServiceParts {
  config: Config;
  store: Store;
  box: Box;
  clock: Clock;
  metrics: Metrics;
  options: AppOptions;
}

function createServices({ config, store, box, clock, metrics, options }: ServiceParts): AccountServices {
  const sealed = new SealedStore(store, box);
  const http = new CloudwaysHttp({
    baseUrl: config.apiBaseUrl,
    slots: new Semaphore(config.httpPoolSize),
    timeoutMs: options.upstreamTimeoutMs ?? 20_000,
  });
  const bucket = { capacity: config.rateLimit.requests, windowSeconds: config.rateLimit.windowSeconds };
  const client = new CloudwaysClient({ http, store, sealed, clock, metrics, log: options.log, bucket });
  return {
    client,
    listing: new ServerListing({ client, store, sealed }),
    reference: new ReferenceData({ client, store }),
    operations: new Operations({ client, clock }),
  };
}

async function openStore(config: Config, clock: Clock, log: Logger): Promise<Store> {
  if (config.redisUrl === undefined) return new MemoryStore({ clock });
  return await RedisStore.connect(config.redisUrl, {
    poolSize: config.redisPoolSize,
    onStateChange: (up, reason) => up ? log.info("redis is back") : log.error("redis is away", { reason }),
  });
}

function keysOf({ encryptionKeys, customerIdKey }: Config) {
  const keys = encryptionKeys.length > 0 ? encryptionKeys : [crypto.getRandomValues(new Uint8Array(32))];
  return { encryptionKeys: keys, ...(customerIdKey && { customerIdKey }) };
}

async function stdioScope(config: Config, customerIds: CustomerIds, log: Logger): Promise<CallScope> {
  const credential = config.stdioCredential;
  const bounds = { readOnly: config.readOnly, toolsets: config.toolsets, address: "stdio" };
  const requestId = crypto.randomUUID();
  if (credential === undefined) {
    const identity = new ToolError(
      "authentication_required",
      "This server was started without Cloudways credentials.",
      {
        hint:
          "Tell the user to set CLOUDWAYS_ACCESS_TOKEN, or CLOUDWAYS_EMAIL and CLOUDWAYS_API_KEY, where the client " +
          "starts this server.",
      },
    );
    return { caller: { identity, requestId, ...bounds }, log };
  }
  const identity = { id: await customerIds.of(credential), credential };
  const caller: Caller = { identity, requestId, ...bounds };
  const named = log.with({ customer: shortCustomerId(identity.id) });
  return { caller, log: named.withSecrets(credentialSecrets(credential)) };
}

function urlText(url: URL | undefined): string | undefined {
  return url?.href.replace(/\/$/, "");
}
