/** What `/` describes. */
import type { Catalogue } from "../../calls/catalogue.ts";
import type { ToolFinder } from "../../calls/tool_finder.ts";
import type { Config, ConfirmMode } from "../../config.ts";
import type { Bounds } from "../../identity/bounds.ts";
import { type Toolset, TOOLSETS } from "../../identity/toolsets.ts";
import { SERVER_NAME, VERSION } from "../../version.ts";

/** How this server is at the moment, in words for a person. */
export interface Condition {
  /** Whether calls can succeed. */
  isGood: boolean;
  text: string;
}

/** What `/` shows. */
export interface HomeOptions {
  catalogue: Catalogue;
  finder: Pick<ToolFinder, "find">;
  bounds: Bounds;
  confirm: ConfirmMode;
  /** How safely people are asked here, as a phrase. */
  confirmNote: string;
  /** The public URL of this server, without a trailing slash; undefined if unknown. */
  publicUrl: string | undefined;
  /** Whether people can sign in. */
  signsIn: boolean;
  /** How many requests a customer has. */
  rateLimit: Config["rateLimit"];
  condition: () => Promise<Condition>;
}

/** The description for programs. */
export function describe({ catalogue, bounds, confirm, confirmNote, signsIn }: HomeOptions) {
  const named = (toolsets: ReadonlySet<Toolset>) => TOOLSETS.filter((toolset) => toolsets.has(toolset));
  return {
    name: SERVER_NAME,
    version: VERSION,
    description: "An MCP server for Cloudways accounts.",
    mcp: "/mcp",
    mcp_narrowed: ["/mcp/readonly", "/mcp/x/{toolsets}", "/mcp/x/{toolsets}/readonly"],
    ...(signsIn && { mcp_with_sign_in: "/connect/mcp", connections: "/connect" }),
    health: "/health",
    ready: "/ready",
    tools: catalogue.entriesFor(bounds).length,
    toolsets: named(bounds.toolsets),
    listed_tools: catalogue.list(bounds).length,
    listed_toolsets: named(bounds.toolsets.intersection(bounds.listedToolsets)),
    read_only: bounds.readOnly,
    confirm,
    confirm_note: confirmNote,
  };
}
