/** The categories of tools, in the order of the documentation. `src/tools/all.ts` lists the tools of each. */
export const TOOLSETS = [
  "basic",
  "servers",
  "apps",
  "security",
  "discovery",
  "sites",
  "staging",
  "server_config",
  "updates",
  "access",
  "provisioning",
  "cloudflare",
  "dns",
  "protection",
  "addons",
  "alerts",
  "queues",
] as const;

/** One of {@linkcode TOOLSETS}. */
export type Toolset = typeof TOOLSETS[number];

/** The toolsets that `default` names: what is listed unless a client or the operator says otherwise. */
export const DEFAULT_TOOLSETS = ["basic", "servers", "apps", "security", "discovery"] as const satisfies Toolset[];

/** The toolset that finds and calls the tools of all others. Every choice of toolsets holds it. */
const ALWAYS: Toolset = "discovery";

/**
 * Reads a comma-separated list of toolsets. `all` names every one, `default` those of {@linkcode DEFAULT_TOOLSETS}.
 * Discovery is always among them.
 *
 * @throws {RangeError} Names the unknown word and the known ones.
 */
export function parseToolsets(text: string): ReadonlySet<Toolset> {
  return new Set([...text.split(",").flatMap((name) => toolsetsNamed(name.trim())), ALWAYS]);
}

function toolsetsNamed(name: string): readonly Toolset[] {
  if (name === "all") return TOOLSETS;
  if (name === "default") return DEFAULT_TOOLSETS;
  const found = TOOLSETS.find((toolset) => toolset === name);
  if (found !== undefined) return [found];
  throw new RangeError(
    `unknown toolset ${JSON.stringify(name.slice(0, 40))}; known are ${TOOLSETS.join(", ")}, all and default`,
  );
}
