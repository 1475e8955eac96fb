/** The composition root: builds every part once and connects them. */
import { type Bounds, processBounds } from "./identity/bounds.ts";
import { type Clock, systemClock } from "./async/clock.ts";
import type { AccountServices } from "./cloudways/account.ts";
import type { CircuitBreaker } from "./cloudways/breaker.ts";
import { CustomerRecords } from "./cloudways/customer_records.ts";
import { createServices } from "./cloudways/services.ts";
import type { Config } from "./config.ts";
import { type NoStdioPages, publicUrlIsLoopback } from "./config/reach.ts";
import { confirmNote } from "./confirm/note.ts";
import { Box } from "./crypto/box.ts";
import { CustomerIds } from "./identity/customer_id.ts";
import { Fingerprints } from "./crypto/fingerprints.ts";
import { KeyRing } from "./crypto/key_ring.ts";
import { approvalRoute } from "./http/pages/approval.ts";
import { secretRoute } from "./http/pages/secret.ts";
import { homeRoute } from "./http/home.ts";
import { LoadLimit } from "./http/load_limit.ts";
import { isMcpAddress } from "./http/mcp_address.ts";
import { HeaderDoor } from "./http/mcp_door.ts";
import { McpRoute, type McpRouteOptions } from "./http/mcp_route.ts";
import { probeRoutes } from "./http/probes.ts";
import { BodyReader } from "./http/request_body.ts";
import { createRouter, type FetchHandler, type Route } from "./http/router.ts";
import { CONNECT, isConnectAddress, SignInAddresses } from "./http/sign_in/addresses.ts";
import { ConnectCookies } from "./http/sign_in/cookies.ts";
import { signInRoutes } from "./http/sign_in/routes.ts";
import { TokenDoor } from "./http/sign_in/token_door.ts";
import { Approvals } from "./confirm/approvals.ts";
import { Catalogue } from "./calls/catalogue.ts";
import { Confirmation } from "./confirm/confirmation.ts";
import { Declines } from "./confirm/declines.ts";
import { Dispatcher } from "./calls/dispatch.ts";
import { PlanRecords } from "./calls/plans/records.ts";
import { Receipts } from "./calls/receipts.ts";
import { EndedYeses } from "./confirm/ended_yeses.ts";
import { McpEndpoint, type McpEndpointOptions } from "./mcp/endpoint.ts";
import { ALWAYS_SERVED, hostOf, type PageHost } from "./confirm/page_access.ts";
import { UnknownPages } from "./confirm/page_ids.ts";
import { QuestionStates } from "./confirm/state.ts";
import { Relay } from "./mcp/relay.ts";
import { type CallScope, createProtocolServer } from "./mcp/server.ts";
import { SessionIds } from "./mcp/session_id.ts";
import { stdioScope } from "./mcp/stdio/scope.ts";
import { openStore } from "./store/open.ts";
import { SecretPages } from "./secrets/pages.ts";
import { SignIn } from "./sign_in/sign_in.ts";
import { SealedStore } from "./store/sealed.ts";
import type { Store } from "./store/store.ts";
import type { EndedMarks } from "./audit/record.ts";
import { ChainedAuditTrail } from "./audit/trail.ts";
import { FoldedLog } from "./telemetry/folded_log.ts";
import type { Logger } from "./telemetry/log.ts";
import type { Metrics } from "./telemetry/metrics.ts";
import { openTelemetry } from "./telemetry/telemetry.ts";
import type { Tracer } from "./telemetry/tracing.ts";
import { Prompts } from "./prompts/prompts.ts";
import { allSkills } from "./prompts/skills.ts";
import { allTools } from "./tools/all.ts";
import type { WorkCounts } from "./text/work_counts.ts";

/** Options of {@linkcode createApp}, most of them for tests. */
export interface AppOptions {
  log: Logger;
  /** Where audit lines go; defaults to `log`. */
  auditLog?: Pick<Logger, "verbatim">;
  /** Defaults to the real clock. */
  clock?: Clock;
  /** Milliseconds one read from Cloudways may take. Defaults to 20 s; one try of most reads takes at most 12 s. */
  upstreamTimeoutMs?: number;
  /** Milliseconds one change at Cloudways may take. Defaults to `upstreamTimeoutMs` where that is given, else to 50 s. */
  writeTimeoutMs?: number;
  /**
   * Milliseconds a call may read, if it waits for no operation. Defaults to 28 s, below the promised 30 s. A call that
   * changes something has `writeTimeoutMs` more.
   */
  callTimeoutMs?: number;
  /** Defaults to a catalogue of all tools. Making it takes most of the start-up time. */
  catalogue?: Catalogue;
  /** What is served over MCP, in place of the catalogue: tools that no catalogue could hold. */
  protocol?: Pick<McpEndpointOptions<CallScope>, "createServer" | "isSlow">;
  /** Counts the work done for callers. */
  work?: WorkCounts;
  /** Whether other workers serve the same address, so that nobody could scrape this one's metrics. */
  isOneOfMany?: boolean;
  /**
   * Over stdio: serves the pages by `fetchPages`, or why there are none. By default they are served over HTTP, by
   * `fetch`.
   */
  pages?: PageHost | NoStdioPages;
}

/** Below the promised 30 s. */
const CALL_TIMEOUT_MS = 28_000;
const UPSTREAM_TIMEOUT_MS = 20_000;
/** Some changes take Cloudways longer than 20 s. */
const WRITE_TIMEOUT_MS = 50_000;

/** The running program. It does not listen by itself. */
export interface App {
  /** Serves HTTP. */
  fetch: FetchHandler;
  /** Serves the pages for people, and nothing else. */
  fetchPages: FetchHandler;
  catalogue: Catalogue;
  /** The parts that all accounts share. */
  services: AccountServices;
  dispatcher: Dispatcher;
  /** Makes the protocol server of one scope. */
  createServer: (scope: CallScope) => ReturnType<typeof createProtocolServer>;
  /** The scope of the one customer of `stdio` mode. */
  stdioScope(): Promise<CallScope>;
  /** Makes `/ready` fail, refuses new requests, and ends waiting for operations and people. */
  startDraining(): void;
  /** Resolves when no request is in progress, and no call of a client that has left. */
  finished(): Promise<void>;
  /** Ends open requests, and closes all connections. */
  close(): Promise<void>;
}

/**
 * Builds the program.
 *
 * @throws {StoreError} If Redis is configured and does not answer.
 */
export async function createApp(config: Config, options: AppOptions): Promise<App> {
  const { log, work } = options;
  const clock = options.clock ?? systemClock;
  const { metrics, tracer, watch } = await openTelemetry(config, log);
  const ring = await KeyRing.create(keysOf(config));
  const customerIds = new CustomerIds(ring);
  const store = await openStore({ ...config, keyNames: () => ring.names(), clock, log, watch });
  const box = new Box(ring);
  const sealed = new SealedStore(store, box);
  const records = new CustomerRecords({ store, sealed, clock });
  const folded = new FoldedLog({ log });
  const pages = options.pages ?? ALWAYS_SERVED;
  const base: Base = { config, pages, clock, metrics, tracer, ring, box, store, sealed, records, folded };
  const audit = new ChainedAuditTrail({
    store,
    box,
    ring,
    clock,
    log,
    lines: options.auditLog ?? log,
    metrics,
    isAccepted: (id) => records.isAccepted({ id }),
  });
  const draining = new AbortController();
  const stopWaiting = draining.signal;
  const callTimeoutMs = options.callTimeoutMs ?? CALL_TIMEOUT_MS;
  const { upstreamTimeoutMs = UPSTREAM_TIMEOUT_MS } = options;
  const writeTimeoutMs = options.writeTimeoutMs ?? options.upstreamTimeoutMs ?? WRITE_TIMEOUT_MS;
  const { services, breaker } = createServices({
    ...base,
    log,
    upstreamTimeoutMs,
    writeTimeoutMs,
    callTimeoutMs,
    stopWaiting,
    work,
  });
  const catalogue = options.catalogue ?? new Catalogue(allTools);
  const { confirmation, approvals } = createConfirmation(base, audit);
  const secretPages = createSecretPages(base);
  const plans = { records: new PlanRecords(base), fingerprints: new Fingerprints(ring) };
  const dispatcher = new Dispatcher({
    catalogue,
    services,
    confirmation,
    secretPages,
    fingerprints: new Fingerprints(ring),
    plans,
    receipts: new Receipts(base),
    audit,
    healthThresholds: config.healthThresholds,
    clock,
    metrics,
    tracer,
    callTimeoutMs,
    writeTimeoutMs,
    stopWaiting,
  });
  const onProtocolError = (error: Error, scope?: CallScope) => (scope?.log ?? log).debug("protocol", { error });
  const offer = { catalogue, prompts: new Prompts(allSkills, catalogue), dispatcher };
  const relay = new Relay({ store, box, clock, onError: onProtocolError });
  metrics.watchQuestions(() => relay.waiting);
  const endpoint = new McpEndpoint<CallScope>({
    createServer: (scope, session) => createProtocolServer(offer, scope, session),
    isSlow: (name, args) => catalogue.isSlow(name, args),
    ...options.protocol,
    secretsOf: ({ caller }) => caller.secrets,
    askerOf: ({ caller: { identity, boundTo } }) =>
      identity.kind === "customer" ? { customer: identity.id, boundTo } : undefined,
    sessionIds: new SessionIds(ring),
    relay,
    onError: onProtocolError,
  });
  const load = new LoadLimit();
  const isDraining = () => draining.signal.aborted;
  const signIn = config.signIn && new SignIn({ ...base, services, customerIds, audit, clients: config.signIn.clients });
  const bodies = new BodyReader();
  const pageRoutes = await createPageRoutes(base, { approvals, secretPages, audit, bodies }, signIn !== undefined);
  const shown = options.isOneOfMany === true ? undefined : metrics;
  const parts = { endpoint, signIn, customerIds, load, isDraining, breaker, catalogue, bodies, work, shown };
  const eventLoop = metrics.watchEventLoop();
  const edge = { access: config, trustedProxies: config.trustedProxies, metrics, tracer, log, folded };
  return {
    fetch: createRouter({ ...edge, routes: [...await createRoutes(base, parts), ...pageRoutes] }),
    fetchPages: createRouter({ ...edge, routes: pageRoutes }),
    catalogue,
    services,
    dispatcher,
    createServer: (scope) => createProtocolServer(offer, scope),
    stdioScope: () => stdioScope(config, { customerIds, log, work }),
    startDraining: () => draining.abort(new Error("The server is shutting down.")),
    finished: async () => {
      await load.empty();
      await dispatcher.finished();
    },
    close: async () => {
      await endpoint.close();
      services.client.close();
      eventLoop[Symbol.dispose]();
      folded.sumUp();
      await audit[Symbol.asyncDispose]();
      await store.close();
    },
  };
}

/** The parts that nearly all other parts need. */
interface Base {
  config: Config;
  pages: PageHost | NoStdioPages;
  clock: Clock;
  metrics: Metrics;
  tracer: Tracer;
  ring: KeyRing;
  box: Box;
  store: Store;
  sealed: SealedStore;
  records: CustomerRecords;
  folded: FoldedLog;
}

/** Builds the confirmation of calls, and the approvals, which the approval page needs too. */
function createConfirmation({ config, pages, store, sealed, box, ring, clock, metrics }: Base, records: EndedMarks) {
  const declines = new Declines(store, clock);
  const ended = new EndedYeses({ clock, records });
  const publicUrl = urlText(config.publicUrl);
  const host = config.confirm === "elicit" ? "switched off" : pages;
  const access = { publicUrl: config.publicUrl, needsCode: !publicUrlIsLoopback(config), host };
  const approvals = new Approvals({ store, sealed, ring, declines, ended, clock, publicUrl, host: hostOf(access) });
  const confirmation = new Confirmation({
    mode: config.confirm,
    sealed,
    states: new QuestionStates(box, clock),
    fingerprints: new Fingerprints(ring),
    declines,
    approvals,
    ended,
    clock,
    metrics,
    access,
  });
  return { confirmation, approvals };
}

/**
 * Pages that show secrets confirm nothing, so they don't depend on whether and how a person is asked. But an operator who
 * asks through clients alone does not trust pages that a model could open.
 */
function createSecretPages({ config, pages, store, sealed, ring, clock }: Base): SecretPages {
  const needsCode = !publicUrlIsLoopback(config) || config.confirm === "elicit";
  const access = { publicUrl: config.publicUrl, needsCode, host: pages };
  return new SecretPages({ store, sealed, ring, clock, access });
}

interface RouteParts {
  endpoint: McpEndpoint<CallScope>;
  /** Undefined if people can't sign in. */
  signIn: SignIn | undefined;
  customerIds: CustomerIds;
  load: LoadLimit;
  isDraining: () => boolean;
  breaker: CircuitBreaker;
  catalogue: Catalogue;
  bodies: BodyReader;
  work: WorkCounts | undefined;
  /** The metrics that `/metrics` shows. */
  shown: Metrics | undefined;
}

/** Builds all routes of the HTTP server but those of the pages. */
async function createRoutes(
  base: Base,
  parts: RouteParts,
): Promise<Route[]> {
  const { config, store, records, folded, clock } = base;
  const { endpoint, signIn, customerIds, load, isDraining, breaker, catalogue, bodies, work, shown } = parts;
  const { confirm, publicUrl } = config;
  const bounds = processBounds(config);
  const mcpParts = { endpoint, catalogue, load, acceptance: records, folded, bodies, isDraining, work };
  const mcpRoute = new McpRoute({ ...mcpParts, door: new HeaderDoor({ customerIds, bounds }) });
  const probes = probeRoutes({
    store,
    clock,
    metrics: shown,
    breakerState: () => breaker.state,
    notReadyReason: () => isDraining() ? "shutting down" : undefined,
  });
  const about = {
    catalogue,
    bounds,
    confirm,
    confirmNote: confirmNote(config),
    publicUrl: urlText(publicUrl),
    signsIn: signIn !== undefined,
  };
  const signedIn = publicUrl === undefined || signIn === undefined
    ? []
    : await createSignInRoutes(base, mcpParts, { signIn, publicUrl, bodies, bounds });
  return [
    {
      path: "/mcp",
      matches: isMcpAddress,
      speaksMcp: true,
      allowsCors: true,
      noStore: true,
      handle: mcpRoute.fetch.bind(mcpRoute),
    },
    ...probes,
    await homeRoute(about),
    ...signedIn,
  ];
}

/**
 * Builds the routes of the pages. They are served if people can reach them; the one for approvals only if questions are
 * asked there.
 */
async function createPageRoutes(
  { config: { confirm, publicUrl }, store, clock, box, metrics }: Base,
  { approvals, secretPages, ...parts }: {
    approvals: Approvals;
    secretPages: SecretPages;
    audit: ChainedAuditTrail;
    bodies: BodyReader;
  },
  signsIn: boolean,
): Promise<Route[]> {
  if (publicUrl === undefined) return [];
  const cookies = new ConnectCookies({ box, clock, publicUrl });
  const browserOf = signsIn ? (request: Request) => cookies.read(request) : undefined;
  const shared = { ...parts, clock, publicUrl, unknownPages: new UnknownPages(store), browserOf };
  const approval = confirm === "ask" ? [await approvalRoute({ ...shared, approvals, metrics })] : [];
  return [...approval, await secretRoute({ ...shared, secretPages })];
}

/** Builds the routes of the door for those who signed in, and of signing in. */
async function createSignInRoutes(
  { box, clock, config, store }: Base,
  mcpParts: Omit<McpRouteOptions, "door">,
  { signIn, publicUrl, bodies, bounds }: {
    signIn: SignIn;
    publicUrl: URL;
    bodies: BodyReader;
    bounds: Bounds;
  },
): Promise<Route[]> {
  const addresses = new SignInAddresses(publicUrl);
  const door = new McpRoute({ ...mcpParts, door: new TokenDoor({ signIn, addresses, bounds }) });
  const mcp: Route = {
    path: `${CONNECT}/mcp`,
    matches: isConnectAddress,
    speaksMcp: true,
    allowsCors: true,
    exposes: ["WWW-Authenticate"],
    noStore: true,
    handle: door.fetch.bind(door),
  };
  const cookies = new ConnectCookies({ box, clock, publicUrl });
  const isLasting = store.kind === "redis";
  const { toolsets } = config;
  return [
    mcp,
    ...await signInRoutes({ box, clock, signIn, addresses, cookies, bodies, publicUrl, toolsets, isLasting }),
  ];
}

function keysOf({ encryptionKeys, customerIdKey }: Config) {
  const keys = encryptionKeys.length > 0 ? encryptionKeys : [crypto.getRandomValues(new Uint8Array(32))];
  return { encryptionKeys: keys, ...(customerIdKey && { customerIdKey }) };
}

function urlText(url: URL | undefined): string | undefined {
  return url?.href.replace(/\/$/, "");
}
