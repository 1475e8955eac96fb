/** The composition root: builds every part once and connects them. */
import { processBounds } from "./identity/bounds.ts";
import { type Clock, systemClock } from "./async/clock.ts";
import type { AccountServices } from "./cloudways/account.ts";
import { CustomerRecords } from "./cloudways/customer_records.ts";
import { createServices } from "./cloudways/services.ts";
import type { Config } from "./config.ts";
import { type NoStdioPages, publicUrlIsLoopback } from "./config/reach.ts";
import { Box } from "./crypto/box.ts";
import { CustomerIds } from "./identity/customer_id.ts";
import { Fingerprints } from "./crypto/fingerprints.ts";
import { KeyRing } from "./crypto/key_ring.ts";
import { LoadLimit } from "./http/load_limit.ts";
import { BodyReader } from "./http/request_body.ts";
import { createRouter, type FetchHandler } from "./http/router.ts";
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
import { QuestionStates } from "./confirm/state.ts";
import { Relay } from "./mcp/relay.ts";
import { type CallScope, createProtocolServer, leanOffer } from "./mcp/server.ts";
import { SessionIds } from "./mcp/session_id.ts";
import { stdioScope } from "./mcp/stdio/scope.ts";
import { openStore } from "./store/open.ts";
import { SecretPages } from "./secrets/pages.ts";
import { SignIn } from "./sign_in/sign_in.ts";
import { SealedStore } from "./store/sealed.ts";
import type { EndedMarks } from "./audit/record.ts";
import { ChainedAuditTrail } from "./audit/trail.ts";
import { FoldedLog } from "./telemetry/folded_log.ts";
import type { Logger } from "./telemetry/log.ts";
import { openTelemetry } from "./telemetry/telemetry.ts";
import { Prompts } from "./prompts/prompts.ts";
import { allSkills } from "./prompts/skills.ts";
import { allTools } from "./tools/all.ts";
import type { WorkCounts } from "./text/work_counts.ts";
import { type Base, urlText } from "./app/base.ts";
import { createPageRoutes, createRoutes } from "./app/routes.ts";

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
  /** Defaults to a catalogue of all tools. */
  catalogue?: Catalogue;
  /** What is served over MCP, in place of the catalogue: tools that no catalogue could hold. */
  protocol?: Pick<McpEndpointOptions<CallScope>, "createServer" | "isSlow" | "lean">;
  /** Called for each request that is answered without the SDK. False: none is. */
  lean?: (() => void) | false;
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
  const { log, work, isOneOfMany = false } = options;
  const clock = options.clock ?? systemClock;
  const { metrics, tracer, watch } = await openTelemetry({ config, log, isOneOfMany });
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
  const bounds = processBounds(config);
  const offer = { catalogue, prompts: new Prompts(allSkills, catalogue), dispatcher };
  const relay = new Relay({ store, box, clock, onError: onProtocolError });
  metrics.watchQuestions(() => relay.waiting);
  const endpoint = new McpEndpoint<CallScope>({
    createServer: (scope, session) => createProtocolServer(offer, scope, session),
    isSlow: (name, args) => catalogue.isSlow(name, args),
    ...(options.lean !== false && {
      lean: leanOffer(offer, { bounds, onAnswer: options.lean, onError: onProtocolError }),
    }),
    ...options.protocol && { lean: undefined, ...options.protocol },
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
  const shown = isOneOfMany ? undefined : metrics;
  const parts = { bounds, endpoint, signIn, customerIds, load, isDraining, breaker, catalogue, bodies, work, shown };
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
      bodies[Symbol.dispose]();
      services.client.close();
      eventLoop[Symbol.dispose]();
      folded.sumUp();
      await audit[Symbol.asyncDispose]();
      await store.close();
    },
  };
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

function keysOf({ encryptionKeys, customerIdKey }: Config) {
  const keys = encryptionKeys.length > 0 ? encryptionKeys : [crypto.getRandomValues(new Uint8Array(32))];
  return { encryptionKeys: keys, ...(customerIdKey && { customerIdKey }) };
}
