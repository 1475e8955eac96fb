import * as z from "zod";
import { type Bounds, narrow } from "../identity/bounds.ts";
import { TOOLSETS } from "../identity/toolsets.ts";

/** The scopes of OAuth. They only tell a client what was granted; the bounds of its connection decide. */
export const SCOPES = { read: "cloudways:read", write: "cloudways:write" } as const;

/** What a person allows a connection. */
export const connectionBoundsSchema = z.object({
  /** Only tools that read. */
  readOnly: z.boolean(),
  /** The only toolsets that may be used; left out for all. */
  toolsets: z.array(z.enum(TOOLSETS)).exactOptional(),
  /** The ids of the only servers it may see and touch; left out for all. */
  servers: z.array(z.number().int().positive()).min(1).exactOptional(),
});

/** What a person allows a connection. */
export type ConnectionBounds = z.output<typeof connectionBoundsSchema>;

/** Bounds with those of a connection on top. They narrow what may be used, and leave the choice of what is listed. */
export function narrowToConnection(bounds: Bounds, { readOnly, toolsets, servers }: ConnectionBounds): Bounds {
  return narrow(bounds, {
    readOnly,
    toolsets: toolsets && new Set(toolsets),
    listedToolsets: bounds.listedToolsets,
    servers: servers && new Set(servers),
  });
}

/** The scopes that a connection is granted, as OAuth writes them. */
export function scopeOf({ readOnly }: Pick<ConnectionBounds, "readOnly">): string {
  return readOnly ? SCOPES.read : `${SCOPES.read} ${SCOPES.write}`;
}
