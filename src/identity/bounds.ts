import { type Toolset, TOOLSETS } from "./toolsets.ts";

/** What one request may do, and what it is shown of that. */
export interface Bounds {
  /** Only tools whose effect is `read` may be called. */
  readOnly: boolean;
  /** The toolsets whose tools may be used. */
  toolsets: ReadonlySet<Toolset>;
  /** Of these toolsets, the only tools that may be used; undefined for all of them. */
  onlyTools: ReadonlySet<string> | undefined;
  /** Tools that may not be used. */
  excludedTools: ReadonlySet<string>;
  /** The toolsets whose tools are listed, as far as they may be used. */
  listedToolsets: ReadonlySet<Toolset>;
  /** The only servers there are for the caller, with their applications; undefined for the whole account. */
  servers: ReadonlySet<number> | undefined;
}

/** What a header or an address asks for. Whatever is left out stays as it is. */
export interface Narrowing {
  /** True for tools that read; false asks for nothing. */
  readOnly?: boolean;
  toolsets?: ReadonlySet<Toolset> | undefined;
  onlyTools?: ReadonlySet<string> | undefined;
  excludedTools?: ReadonlySet<string> | undefined;
  /** Chooses what is listed; the only part that may show more than before. */
  listedToolsets?: ReadonlySet<Toolset> | undefined;
  servers?: ReadonlySet<number> | undefined;
}

/** The bounds that the configuration sets for everybody. */
export function processBounds(
  { readOnly, toolsets, listedToolsets }: Pick<Bounds, "readOnly" | "toolsets" | "listedToolsets">,
): Bounds {
  return { readOnly, toolsets, onlyTools: undefined, excludedTools: new Set(), listedToolsets, servers: undefined };
}

/**
 * Bounds with a narrowing on top: no tool and no server may be used that might not be used before. Tools and toolsets
 * that are named to be used are also listed.
 */
export function narrow(bounds: Bounds, asked: Narrowing): Bounds {
  const names = asked.toolsets !== undefined || asked.onlyTools !== undefined;
  return {
    readOnly: bounds.readOnly || asked.readOnly === true,
    toolsets: both(bounds.toolsets, asked.toolsets),
    onlyTools: bothIfGiven(bounds.onlyTools, asked.onlyTools),
    excludedTools: asked.excludedTools === undefined
      ? bounds.excludedTools
      : bounds.excludedTools.union(asked.excludedTools),
    listedToolsets: asked.listedToolsets ?? (names ? new Set(TOOLSETS) : bounds.listedToolsets),
    servers: bothIfGiven(bounds.servers, asked.servers),
  };
}

/**
 * What lists depend on: equal for bounds within which the same tools are listed. Empty for the bounds of the process.
 *
 * @param own The bounds that the configuration sets.
 */
export function viewOf(bounds: Bounds, own: Bounds): string {
  const { readOnly, toolsets, onlyTools, excludedTools, listedToolsets, servers } = bounds;
  const isOwn = readOnly === own.readOnly && toolsets === own.toolsets &&
    listedToolsets === own.listedToolsets && onlyTools === undefined && excludedTools.size === 0 &&
    servers === undefined;
  if (isOwn) return "";
  const names = [toolsets, listedToolsets, excludedTools, onlyTools].map((set) => set === undefined ? "*" : [...set]);
  return [readOnly, servers === undefined, ...names].join(" ");
}

/** A tool, as far as bounds look at it. */
export interface BoundedTool {
  name: string;
  toolset: Toolset;
  /** It is about the whole account, so that callers with {@linkcode Bounds.servers} don't have it. */
  accountWide: boolean;
}

/** Whether a tool may be used, apart from what its effect and `readOnly` say. */
export function isWithin(bounds: Bounds, tool: BoundedTool): boolean {
  const { toolsets, onlyTools, excludedTools, servers } = bounds;
  const isNamed = onlyTools === undefined || onlyTools.has(tool.name);
  const isReached = servers === undefined || !tool.accountWide;
  return toolsets.has(tool.toolset) && isNamed && !excludedTools.has(tool.name) && isReached;
}

/**
 * What approvals, declines and secrets of a caller are bound to besides the customer, in one canonical form. Empty for
 * a caller without {@linkcode Bounds.servers}.
 */
export function boundToServers({ servers }: Pick<Bounds, "servers">): string {
  return servers === undefined ? "" : `servers:${[...servers].sort((a, b) => a - b).join(",")}`;
}

/** The servers in a text of {@linkcode boundToServers}; undefined if there are none in it. */
export function readBoundServers(boundTo: string): ReadonlySet<number> | undefined {
  const ids = /(?:^| )servers:((?:\d+,)*\d+)?$/.exec(boundTo);
  return ids === null ? undefined : new Set((ids[1]?.split(",") ?? []).map(Number));
}

function bothIfGiven<T>(
  allowed: ReadonlySet<T> | undefined,
  asked: ReadonlySet<T> | undefined,
): ReadonlySet<T> | undefined {
  return allowed === undefined ? asked : both(allowed, asked);
}

function both<T>(allowed: ReadonlySet<T>, asked: ReadonlySet<T> | undefined): ReadonlySet<T> {
  return asked === undefined ? allowed : allowed.intersection(asked);
}
