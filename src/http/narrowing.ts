import { parseToolsets, type Toolset } from "../identity/toolsets.ts";

/** What one request may do, at most what the process allows. */
export interface Bounds {
  readOnly: boolean;
  toolsets: ReadonlySet<Toolset>;
}

/**
 * Applies `X-MCP-Readonly` and `X-MCP-Toolsets`. They only ever narrow.
 *
 * @throws {RangeError} For anything but a known value: a misspelt wish to be careful must not be overlooked.
 */
export function narrow(headers: Headers, allowed: Bounds): Bounds {
  const readOnly = headers.get("x-mcp-readonly");
  const toolsets = headers.get("x-mcp-toolsets");
  return {
    readOnly: allowed.readOnly || (readOnly !== null && parseReadOnly(readOnly)),
    toolsets: toolsets === null ? allowed.toolsets : intersect(allowed.toolsets, toolsets),
  };
}

/**
 * Reads `X-MCP-Confirm`: `page` has every question go to the approval page, for clients that say they can show questions
 * and can't.
 *
 * @throws {RangeError} For anything else.
 */
export function readConfirmByPage(headers: Headers): boolean {
  const where = headers.get("x-mcp-confirm");
  if (where === null || where === "page") return where !== null;
  throw new RangeError("X-MCP-Confirm must be page, and come once.");
}

function parseReadOnly(text: string): boolean {
  const word = text.toLowerCase();
  if (word === "true" || word === "false") return word === "true";
  throw new RangeError("X-MCP-Readonly must be true or false, and come once.");
}

function intersect(allowed: ReadonlySet<Toolset>, text: string): ReadonlySet<Toolset> {
  // A header sent twice arrives joined by a comma and a space.
  if (!/^[a-z_]+(,[a-z_]+)*$/.test(text)) {
    throw new RangeError("X-MCP-Toolsets must be names separated by commas without spaces, and come once.");
  }
  const wanted = parseToolsets(text);
  return new Set([...allowed].filter((toolset) => wanted.has(toolset)));
}
