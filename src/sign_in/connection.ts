import * as z from "zod";
import { connectionBoundsSchema } from "./connection_bounds.ts";

/** A client that a person let in. */
export const connectionSchema = z.object({
  /** 32 hex digits. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** As the client names itself, cleaned. */
  client: z.string(),
  /** Where the client had the browser sent back to, for people. */
  place: z.string(),
  bounds: connectionBoundsSchema,
  /** Milliseconds since the epoch, as all times here. */
  madeAt: z.number(),
  /** When it was last used; null if never. Accurate to some minutes. */
  usedAt: z.number().nullable(),
  /** When it ends as the person chose; null for no end. */
  endsAt: z.number().nullable(),
  /** When it ends unless it is used. */
  keptUntil: z.number(),
  /** How many refresh tokens it has had; 0 until its authorization code is redeemed. */
  generation: z.number().int().nonnegative(),
  /** When the newest refresh token was given. */
  rotatedAt: z.number(),
});

/** A client that a person let in. */
export type Connection = z.output<typeof connectionSchema>;
