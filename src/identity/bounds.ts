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
}

/** The bounds that the configuration sets for everybody. */
export function processBounds(
  { readOnly, toolsets, listedToolsets }: Pick<Bounds, "readOnly" | "toolsets" | "listedToolsets">,
): Bounds {
  return { readOnly, toolsets, onlyTools: undefined, excludedTools: new Set(), listedToolsets };
}

/**
 * Bounds with a narrowing on top: no tool may be used that might not be used before. Tools and toolsets that are named
 * to be used are also listed.
 */
export function narrow(bounds: Bounds, asked: Narrowing): Bounds {
  const names = asked.toolsets !== undefined || asked.onlyTools !== undefined;
  return {
    readOnly: bounds.readOnly || asked.readOnly === true,
    toolsets: both(bounds.toolsets, asked.toolsets),
    onlyTools: bounds.onlyTools === undefined ? asked.onlyTools : both(bounds.onlyTools, asked.onlyTools),
    excludedTools: bounds.excludedTools.union(asked.excludedTools ?? new Set()),
    listedToolsets: asked.listedToolsets ?? (names ? new Set(TOOLSETS) : bounds.listedToolsets),
  };
}

/** Whether a tool may be used, apart from what its effect and `readOnly` say. */
export function isWithin(bounds: Bounds, tool: { name: string; toolset: Toolset }): boolean {
  const { toolsets, onlyTools, excludedTools } = bounds;
  const isNamed = onlyTools === undefined || onlyTools.has(tool.name);
  return toolsets.has(tool.toolset) && isNamed && !excludedTools.has(tool.name);
}

function both<T>(allowed: ReadonlySet<T>, asked: ReadonlySet<T> | undefined): ReadonlySet<T> {
  return asked === undefined ? allowed : allowed.intersection(asked);
}
