import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import type { Box } from "../crypto/box.ts";
import { connectionBoundsSchema } from "./connection_bounds.ts";
import { KEPT_MS } from "./connections.ts";
import { SealedTexts } from "./sealed_texts.ts";

const ACCESS_MS = 3600_000;
const CODE_MS = 60_000;
/** A code is recognised for longer than it counts, so that its reuse is noticed. */
const KNOWN_CODE_MS = 15 * 60_000;

/** What the tokens of a connection hold. */
export const grantSchema = z.object({
  /** All 64 hex digits of the customer id. */
  customer: z.string().regex(/^[0-9a-f]{64}$/),
  /** The id of the connection. */
  connection: z.string(),
  /** The person's Cloudways access token. */
  token: z.string(),
  bounds: connectionBoundsSchema,
  /** The URL at which alone the tokens are good. */
  resource: z.string(),
  /** Fingerprint of the client id. */
  client: z.string(),
  /** HMAC of the passphrase that the person types to approve; left out without one. */
  passphrase: z.string().regex(/^[0-9a-f]{64}$/).exactOptional(),
});

/** What the tokens of a connection hold. */
export type Grant = z.output<typeof grantSchema>;

const accessSchema = grantSchema.extend({ expiresAt: z.number() });
const refreshSchema = accessSchema.extend({ generation: z.number().int().positive() });
const codeSchema = z.object({
  customer: z.string().regex(/^[0-9a-f]{64}$/),
  connection: z.string(),
  /** The name of what the code stands for in the store. */
  name: z.string().regex(/^[0-9a-f]{32}$/),
  expiresAt: z.number(),
});

/** What an access token holds. */
export type AccessToken = z.output<typeof accessSchema>;

/** What a refresh token holds. */
export type RefreshToken = z.output<typeof refreshSchema>;

/** What an authorization code holds. */
export type AuthorizationCode = z.output<typeof codeSchema>;

/** The lives of codes and tokens, in milliseconds. */
export const LIFE_MS = { code: CODE_MS, access: ACCESS_MS, refresh: KEPT_MS } as const;

/** Seals and opens codes and tokens. */
export class Tokens {
  readonly #clock: Clock;
  readonly #access: SealedTexts<AccessToken>;
  readonly #refresh: SealedTexts<RefreshToken>;
  readonly #codes: SealedTexts<AuthorizationCode>;

  constructor({ box, clock }: { box: Box; clock: Clock }) {
    this.#clock = clock;
    this.#access = new SealedTexts({ box, clock, purpose: "access_token", schema: accessSchema });
    this.#refresh = new SealedTexts({ box, clock, purpose: "refresh_token", schema: refreshSchema });
    this.#codes = new SealedTexts({ box, clock, purpose: "authorization_code", schema: codeSchema });
  }

  /** An access token. */
  sealAccess(grant: Grant): Promise<string> {
    return this.#access.seal({ ...grant, expiresAt: this.#clock.now() + LIFE_MS.access });
  }

  /** What an access token holds; undefined if it is not genuine or has expired. Its resource is not checked. */
  openAccess(text: string): Promise<AccessToken | undefined> {
    return this.#access.open(text);
  }

  /** The refresh token of a generation. */
  sealRefresh(grant: Grant, generation: number): Promise<string> {
    return this.#refresh.seal({ ...grant, generation, expiresAt: this.#clock.now() + LIFE_MS.refresh });
  }

  /** What a refresh token holds; undefined if it is not genuine or has expired. */
  openRefresh(text: string): Promise<RefreshToken | undefined> {
    return this.#refresh.open(text);
  }

  /** An authorization code. */
  sealCode(code: Omit<AuthorizationCode, "expiresAt">): Promise<string> {
    return this.#codes.seal({ ...code, expiresAt: this.#clock.now() + KNOWN_CODE_MS });
  }

  /** What an authorization code holds; undefined if it is not genuine. It may be used or too old. */
  openCode(text: string): Promise<AuthorizationCode | undefined> {
    return this.#codes.open(text);
  }
}
