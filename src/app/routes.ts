/** The routes of the HTTP server. */
import type { Bounds } from "../identity/bounds.ts";
import type { CircuitBreaker } from "../cloudways/breaker.ts";
import { confirmNote } from "../confirm/note.ts";
import { CustomerIds } from "../identity/customer_id.ts";
import { HeaderDoor } from "../http/header_door.ts";
import { approvalRoute } from "../http/pages/approval.ts";
import { secretRoute } from "../http/pages/secret.ts";
import { conditionOf } from "../http/home/condition.ts";
import type { HomeOptions } from "../http/home/about.ts";
import { homeRoute } from "../http/home/route.ts";
import { LoadLimit } from "../http/load_limit.ts";
import { isMcpAddress } from "../http/mcp_address.ts";
import type { DoorParts } from "../http/mcp_door.ts";
import { McpRoute, type McpRouteOptions } from "../http/mcp_route.ts";
import { probeRoutes } from "../http/probes.ts";
import { BodyReader } from "../http/request_body.ts";
import type { Route } from "../http/router.ts";
import { CONNECT, isConnectAddress, SignInAddresses } from "../http/sign_in/addresses.ts";
import { ConnectCookies } from "../http/sign_in/cookies.ts";
import { signInRoutes } from "../http/sign_in/routes.ts";
import { TokenDoor } from "../http/sign_in/token_door.ts";
import { Approvals } from "../confirm/approvals.ts";
import { Catalogue } from "../calls/catalogue.ts";
import { ToolFinder } from "../calls/tool_finder.ts";
import { McpEndpoint } from "../mcp/endpoint.ts";
import { UnknownPages } from "../confirm/page_ids.ts";
import type { CallScope } from "../mcp/server.ts";
import { SecretPages } from "../secrets/pages.ts";
import { SignIn } from "../sign_in/sign_in.ts";
import { ChainedAuditTrail } from "../audit/trail.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { WorkCounts } from "../text/work_counts.ts";
import { type Base, urlText } from "./base.ts";

interface RouteParts {
  /** What the configuration allows. */
  bounds: Bounds;
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
export async function createRoutes(
  base: Base,
  parts: RouteParts,
): Promise<Route[]> {
  const { config, store, records, folded, clock } = base;
  const { bounds, endpoint, signIn, customerIds, load, isDraining, breaker, catalogue, bodies, work, shown } = parts;
  const { confirm, publicUrl } = config;
  const mcpParts = { endpoint, load, acceptance: records, folded, bodies, isDraining };
  const doorParts: DoorParts = { bounds, isTool: (name) => catalogue.has(name), work };
  const door = new HeaderDoor({ customerIds, isKnown: (id) => records.isKnown(id), ...doorParts });
  const mcpRoute = new McpRoute({ ...mcpParts, door });
  const probed = {
    store,
    clock,
    metrics: shown,
    breakerState: () => breaker.state,
    notReadyReason: () => isDraining() ? "shutting down" : undefined,
  };
  const about = {
    catalogue,
    bounds,
    confirm,
    confirmNote: confirmNote(config),
    publicUrl: urlText(publicUrl),
    signsIn: signIn !== undefined,
    rateLimit: config.rateLimit,
    finder: new ToolFinder(catalogue),
    condition: () => conditionOf(probed),
  };
  const signedIn = publicUrl === undefined || signIn === undefined
    ? []
    : await createSignInRoutes(base, mcpParts, { signIn, publicUrl, bodies, doorParts });
  return [
    {
      path: "/mcp",
      matches: isMcpAddress,
      speaksMcp: true,
      allowsCors: true,
      noStore: true,
      handle: mcpRoute.fetch.bind(mcpRoute),
    },
    ...probeRoutes(probed),
    homeLater(about),
    ...signedIn,
  ];
}

/** The page at `/`, built at its first request. It counts the tools that are listed, and that takes a part of the start. */
function homeLater(options: HomeOptions): Route {
  let home: Promise<Route> | undefined;
  return {
    path: "/",
    methods: ["GET"],
    allowsCors: true,
    handle: async (request, info) => await (await (home ??= homeRoute(options))).handle(request, info),
  };
}

/**
 * Builds the routes of the pages. They are served if people can reach them; the one for approvals only if questions are
 * asked there.
 */
export async function createPageRoutes(
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
  { signIn, publicUrl, bodies, doorParts }: {
    signIn: SignIn;
    publicUrl: URL;
    bodies: BodyReader;
    doorParts: DoorParts;
  },
): Promise<Route[]> {
  const addresses = new SignInAddresses(publicUrl);
  const door = new McpRoute({ ...mcpParts, door: new TokenDoor({ signIn, addresses, ...doorParts }) });
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
