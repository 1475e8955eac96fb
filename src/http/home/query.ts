/** Reads what a visitor of `/` asks for. */
import * as z from "zod";
import { type Toolset, TOOLSETS } from "../../identity/toolsets.ts";
import type { Effect } from "../../tools/define/tool.ts";

/** Which tools to show. */
export interface Filter {
  /** Words to search for; empty for none. */
  q: string;
  toolset: Toolset | undefined;
  effect: Effect | undefined;
}

/** What to show: one tool, or a list. */
export type HomeQuery = { kind: "tool"; name: string } | { kind: "list"; filter: Filter };

/** Whether a filter leaves everything. */
export function isWhole({ q, toolset, effect }: Filter): boolean {
  return q === "" && toolset === undefined && effect === undefined;
}

const MAX_WORDS = 100;
/** Longer queries are not looked at. */
const MAX_QUERY = 1_000;

const toolset = z.enum(TOOLSETS).optional().catch(undefined);
const effect = z.enum(["read", "write", "destructive"]).optional().catch(undefined);

/** Reads the query of an address. Whatever it does not know counts as left out. */
export function readQuery(url: string): HomeQuery {
  const { search } = new URL(url);
  const asked = new URLSearchParams(search.length > MAX_QUERY ? "" : search);
  const name = asked.get("tool");
  if (name !== null) return { kind: "tool", name };
  return {
    kind: "list",
    filter: {
      q: (asked.get("q") ?? "").trim().slice(0, MAX_WORDS),
      toolset: toolset.parse(asked.get("toolset") ?? undefined),
      effect: effect.parse(asked.get("effect") ?? undefined),
    },
  };
}
