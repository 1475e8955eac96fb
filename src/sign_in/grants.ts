import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import type { Fingerprints } from "../crypto/fingerprints.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { StoreKey } from "../store/store.ts";
import type { CheckedBy } from "./accounts.ts";
import { scopeOf } from "./connection_bounds.ts";
import type { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { OAuthProblem } from "./oauth_error.ts";
import { type Grant, grantSchema, LIFE_MS, type RefreshToken, type Tokens } from "./tokens.ts";

/** How long a replaced refresh token still gives its successor: clients refresh in parallel. */
const OVERLAP_MS = 60_000;
/** Longer than the overlap, so that the successor is always found within it. */
const SUCCESSOR_TTL_MS = OVERLAP_MS + 30_000;

const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

/** What a code stands for. */
const codeGrantSchema = z.object({
  grant: grantSchema,
  redirect: z.string(),
  /** The challenge of PKCE, S256. */
  challenge: z.string(),
  expiresAt: z.number(),
});

/** What a person agreed to, and how the client proves that it asked. */
export type CodeGrant = Omit<z.output<typeof codeGrantSchema>, "expiresAt">;

/** A client's request to redeem a code. */
export interface CodeRequest {
  code: string;
  /** The client id, which is genuine. */
  client: string;
  redirect: string;
  verifier: string;
  /** Where the client wants to use the tokens; undefined if it does not say. */
  resource: string | undefined;
}

/** A client's request for fresh tokens. */
export interface RefreshRequest {
  refreshToken: string;
  client: string;
  resource: string | undefined;
}

/** What a client gets. */
export interface IssuedTokens {
  accessToken: string;
  refreshToken: string;
  /** Whole seconds until the access token ends. */
  expiresIn: number;
  scope: string;
}

/** What {@linkcode Grants} need. */
export interface GrantsOptions {
  tokens: Tokens;
  connections: Connections;
  sealed: SealedStore;
  fingerprints: Fingerprints;
  clock: Clock;
  /** Whether Cloudways has withdrawn the credential of a grant. Its connections have ended then. */
  isWithdrawn: (grant: Grant, by: CheckedBy) => Promise<boolean>;
}

/** Gives tokens for codes and for refresh tokens. */
export class Grants {
  readonly #options: GrantsOptions;

  constructor(options: GrantsOptions) {
    this.#options = options;
  }

  /** A code for what a person agreed to. It counts once, for a minute. */
  async issueCode(given: CodeGrant): Promise<string> {
    const { sealed, tokens, clock } = this.#options;
    const { customer, connection } = given.grant;
    const name = crypto.getRandomValues(new Uint8Array(16)).toHex();
    await sealed.write(
      codeKey(customer, name),
      { ...given, expiresAt: clock.now() + LIFE_MS.code },
      LIFE_MS.code,
    );
    return await tokens.sealCode({ customer, connection, name });
  }

  /**
   * Redeems a code. Whatever is wrong with the request, the code and its connection have ended then.
   *
   * @throws {OAuthProblem} `invalid_grant`, `invalid_target`.
   */
  async redeem(request: CodeRequest, requestId: string): Promise<IssuedTokens> {
    const { tokens, sealed, connections, clock } = this.#options;
    const code = await tokens.openCode(request.code);
    if (code === undefined) throw invalidGrant();
    const { customer, connection } = code;
    const found = await sealed.take(codeKey(customer, code.name), codeGrantSchema);
    const problem = found === undefined || clock.now() >= found.expiresAt
      ? invalidGrant()
      : await this.#problemOf(found, request);
    const redeemed = problem === undefined ? await connections.redeem(customer, connection, requestId) : undefined;
    if (found === undefined || redeemed === undefined) {
      // A code that comes twice may have been stolen.
      await connections.end(customer, connection, { reason: "code_reused", requestId });
      throw problem ?? invalidGrant();
    }
    return await this.#issue(found.grant, redeemed, await tokens.sealRefresh(found.grant, 1));
  }

  /**
   * Gives fresh tokens for a refresh token, and replaces it. A token that was replaced more than a minute ago may be
   * stolen, so it ends the connection.
   *
   * @throws {OAuthProblem} `invalid_grant`, `invalid_target`.
   */
  async refresh({ refreshToken, client, resource }: RefreshRequest, by: CheckedBy): Promise<IssuedTokens> {
    const { tokens, connections } = this.#options;
    const token = await tokens.openRefresh(refreshToken);
    if (token === undefined || token.client !== await this.clientDigest(client)) throw invalidGrant();
    if (resource !== undefined && resource !== token.resource) throw invalidTarget();
    const connection = await connections.find(token.customer, token.connection);
    if (connection === undefined || await this.#options.isWithdrawn(token, by)) throw invalidGrant();
    if (!this.#isCurrent(token, connection)) {
      const ending = { reason: "refresh_token_reused", requestId: by.requestId } as const;
      await connections.end(token.customer, token.connection, ending);
      throw invalidGrant();
    }
    const successor = await this.#successor(token);
    const rotated = token.generation === connection.generation ? await this.#rotate(token) : connection;
    return await this.#issue(token, rotated, successor);
  }

  /** Ends the connection of a token. Does nothing for any other text. */
  async revoke(text: string, client: string, requestId: string): Promise<void> {
    const { tokens, connections } = this.#options;
    const token = await tokens.openRefresh(text) ?? await tokens.openAccess(text);
    if (token === undefined || token.client !== await this.clientDigest(client)) return;
    await connections.end(token.customer, token.connection, { reason: "ended_by_client", requestId });
  }

  /** The fingerprint of a client id, as tokens hold it. */
  async clientDigest(client: string): Promise<string> {
    return await this.#options.fingerprints.of("client", client);
  }

  async #problemOf(found: CodeGrant, request: CodeRequest): Promise<OAuthProblem | undefined> {
    const { grant, redirect, challenge } = found;
    if (grant.client !== await this.clientDigest(request.client) || redirect !== request.redirect) {
      return invalidGrant();
    }
    if (!VERIFIER.test(request.verifier) || challenge !== await challengeOf(request.verifier)) return invalidGrant();
    return request.resource !== undefined && request.resource !== grant.resource ? invalidTarget() : undefined;
  }

  /** Whether a refresh token is the newest one of its connection, or was until a moment ago. */
  #isCurrent({ generation }: RefreshToken, connection: Connection): boolean {
    if (generation === connection.generation) return true;
    const age = this.#options.clock.now() - connection.rotatedAt;
    return generation === connection.generation - 1 && age < OVERLAP_MS;
  }

  /** The token that follows another one: the same for all requests of one minute, on every replica. */
  async #successor(token: RefreshToken): Promise<string> {
    const { tokens, sealed } = this.#options;
    const key = successorKey(token);
    const { generation, expiresAt: _expiresAt, ...grant } = token;
    const known = await sealed.read(key, z.string());
    if (known !== undefined) return known;
    const fresh = await tokens.sealRefresh(grant, generation + 1);
    if (await sealed.writeIfAbsent(key, fresh, SUCCESSOR_TTL_MS)) return fresh;
    return await sealed.read(key, z.string()) ?? fresh;
  }

  async #rotate({ customer, connection, generation }: RefreshToken): Promise<Connection> {
    const { connections } = this.#options;
    const rotated = await connections.rotate(customer, connection, generation);
    if (rotated !== undefined) return rotated;
    // Another request was first: its successor is the same. Otherwise the connection has ended meanwhile.
    const now = await connections.find(customer, connection);
    if (now?.generation !== generation + 1) throw invalidGrant();
    return now;
  }

  async #issue(grant: Grant, { endsAt }: Connection, refreshToken: string): Promise<IssuedTokens> {
    const { tokens, clock } = this.#options;
    const lifeMs = Math.min(LIFE_MS.access, (endsAt ?? Infinity) - clock.now());
    return {
      accessToken: await tokens.sealAccess(grantSchema.parse(grant)),
      refreshToken,
      expiresIn: Math.max(1, Math.floor(lifeMs / 1000)),
      scope: scopeOf(grant.bounds),
    };
  }
}

/** The S256 challenge of a verifier. */
async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return new Uint8Array(digest).toBase64({ alphabet: "base64url", omitPadding: true });
}

function invalidGrant(): OAuthProblem {
  return new OAuthProblem("invalid_grant", "It is not valid, was used before, or has ended. Sign in again.");
}

function invalidTarget(): OAuthProblem {
  return new OAuthProblem("invalid_target", "The sign-in was for another resource.");
}

function codeKey(customer: string, name: string): StoreKey {
  return { purpose: "authorization_code", customer, name };
}

function successorKey({ customer, connection, generation }: RefreshToken): StoreKey {
  return { purpose: "refresh_successor", customer, name: `${connection}.${generation}` };
}
