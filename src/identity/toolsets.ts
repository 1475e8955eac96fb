/** The categories of tools, in the order of the tool list. `src/tools/all.ts` lists the tools of each. */
export const TOOLSETS = ["basic", "servers", "apps", "security"] as const;

/** One of {@linkcode TOOLSETS}. */
export type Toolset = typeof TOOLSETS[number];

/**
 * Reads a comma-separated list of toolsets. `all` and `default` both name all of them.
 *
 * @throws {RangeError} Names the unknown word and the known ones.
 */
export function parseToolsets(text: string): ReadonlySet<Toolset> {
  const names = text.split(",").map((name) => name.trim());
  const chosen = new Set<Toolset>();
  for (const name of names) {
    if (name === "all" || name === "default") TOOLSETS.forEach((toolset) => chosen.add(toolset));
    else chosen.add(knownToolset(name));
  }
  return chosen;
}

function knownToolset(name: string): Toolset {
  const found = TOOLSETS.find((toolset) => toolset === name);
  if (found !== undefined) return found;
  throw new RangeError(
    `unknown toolset ${JSON.stringify(name.slice(0, 40))}; known are ${TOOLSETS.join(", ")}, all and default`,
  );
}
