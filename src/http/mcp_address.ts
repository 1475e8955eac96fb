/** The addresses of the MCP endpoint. Their forms narrow what may be used, for clients that can't send headers. */
import type { Narrowing } from "../identity/bounds.ts";
import { parseToolsets } from "../identity/toolsets.ts";

/** `/mcp`, `/mcp/readonly`, `/mcp/x/{toolsets}` and `/mcp/x/{toolsets}/readonly`, also with a slash at the end. */
const FORM = /^\/mcp(?:\/x\/(?<toolsets>[^/]+))?(?<readOnly>\/readonly)?\/?$/;

/** Whether MCP is served at a path. */
export function isMcpAddress(pathname: string): boolean {
  return FORM.test(pathname);
}

/**
 * What an address asks for.
 *
 * @param pathname A path that {@linkcode isMcpAddress}.
 * @throws {RangeError} For toolsets that are not known.
 */
export function readAddress(pathname: string): Narrowing {
  const { toolsets, readOnly } = partsOf(pathname);
  return { readOnly: readOnly !== undefined, toolsets: toolsets === undefined ? undefined : parseToolsets(toolsets) };
}

/** The usual spelling of an address: without a slash at the end, and with plain commas. */
export function canonicalAddress(pathname: string): string {
  const { toolsets, readOnly = "" } = partsOf(pathname);
  return `/mcp${toolsets === undefined ? "" : `/x/${toolsets}`}${readOnly}`;
}

function partsOf(pathname: string): { toolsets?: string | undefined; readOnly?: string | undefined } {
  const { toolsets, readOnly } = FORM.exec(pathname)?.groups ?? {};
  // Some clients encode the comma.
  return { toolsets: toolsets?.replaceAll(/%2c/gi, ","), readOnly };
}
