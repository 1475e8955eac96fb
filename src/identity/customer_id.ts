import type { KeyRing } from "../crypto/key_ring.ts";
import { lengthPrefixed } from "../crypto/length_prefixed.ts";

/** What a caller proves himself to Cloudways with. */
export type Credential =
  | { kind: "access_token"; token: string }
  | { kind: "api_key"; email: string; apiKey: string };

/** Credentials as they were given, each by its name. */
export interface GivenCredentials {
  token: string | undefined;
  email: string | undefined;
  apiKey: string | undefined;
}

/** The credential that counts, if any: a token wins, and one may stand where an API key belongs. */
export function credentialOf({ token, email, apiKey }: GivenCredentials): Credential | undefined {
  if (token !== undefined) return { kind: "access_token", token };
  if (apiKey === undefined) return undefined;
  if (isAccessToken(apiKey)) return { kind: "access_token", token: apiKey };
  return email === undefined ? undefined : { kind: "api_key", email, apiKey };
}

/** Whether a text is an access token, as Cloudways marks them. */
export function isAccessToken(text: string): boolean {
  return text.startsWith("cw_");
}

/**
 * Names customers without saying who they are: the same credential has the same id in every process with the same key,
 * and without the key an id leads nowhere.
 */
export class CustomerIds {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** The customer id of a credential: HMAC-SHA-256, 64 hex digits. Case and outer space of the e-mail don't count. */
  async of(credential: Credential): Promise<string> {
    const signature = await crypto.subtle.sign("HMAC", this.#ring.customerIdKey, identifyingBytes(credential));
    return new Uint8Array(signature).toHex();
  }
}

/** The form of a customer id for logs, pages and answers: `customer_` and its first 16 digits. */
export function shortCustomerId(hex: string): string {
  return `customer_${hex.slice(0, 16)}`;
}

function identifyingBytes(credential: Credential): Uint8Array<ArrayBuffer> {
  return credential.kind === "access_token"
    ? lengthPrefixed(credential.kind, credential.token)
    : lengthPrefixed(credential.kind, credential.email.trim().toLowerCase(), credential.apiKey);
}
