import type { Clock } from "../../src/async/clock.ts";
import type { Random } from "./prng.ts";
import type { AccountState } from "./state.ts";

/** How a request was authorized. */
export type AuthorizationKind = "none" | "access_token" | "exchanged_token" | "unknown";

/** The sender of a request. */
export interface Identity {
  kind: AuthorizationKind;
  account?: AccountState;
  /** Ids of the operations that the token may use; absent means all. */
  scopes?: readonly string[];
}

const lifetimeSeconds = 3600;

/** Knows the tokens that were exchanged for a key, and those made in the platform. */
export class TokenBook {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #accounts: readonly AccountState[];
  #exchanged = new Map<string, { email: string; expiresAt: number }>();

  constructor(clock: Clock, random: Random, accounts: readonly AccountState[]) {
    this.#clock = clock;
    this.#random = random;
    this.#accounts = accounts;
  }

  /** A token for an e-mail and a key; undefined if they do not belong together. */
  exchange(
    email: string,
    apiKey: string,
  ): { access_token: string; token_type: string; expires_in: number } | undefined {
    const account = this.#accounts.find((one) => one.email === email && one.apiKey === apiKey);
    // A token made in the platform is not a key.
    if (account === undefined || account.keyRevoked || apiKey.startsWith("cw_")) return undefined;
    const token = this.#random.letters(40, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    this.#exchanged.set(token, { email, expiresAt: this.#clock.now() + lifetimeSeconds * 1000 });
    return { access_token: token, token_type: "Bearer", expires_in: lifetimeSeconds };
  }

  /** The sender with that Authorization header. */
  identify(header: string | undefined): Identity {
    if (header === undefined || header === "") return { kind: "none" };
    const token = /^Bearer (\S+)$/.exec(header)?.[1];
    if (token === undefined) return { kind: "unknown" };
    for (const account of this.#accounts) {
      const found = account.accessTokens.find((one) => one.token === token);
      if (found === undefined) continue;
      return { kind: "access_token", account, ...(found.scopes === undefined ? {} : { scopes: found.scopes }) };
    }
    const exchanged = this.#exchanged.get(token);
    if (exchanged === undefined || exchanged.expiresAt <= this.#clock.now()) return { kind: "unknown" };
    const account = this.#accounts.find((one) => one.email === exchanged.email);
    return account === undefined ? { kind: "unknown" } : { kind: "exchanged_token", account };
  }

  /** Every exchanged token stops working. */
  expireAll(): void {
    this.#exchanged.clear();
  }
}
