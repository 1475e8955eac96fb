/**
 * What a caller authenticates to Cloudways with. All that depends on the kind is in this file: a new kind needs its traits,
 * its place in {@linkcode credentialOf}, and headers for its parts in `http/caller_headers.ts`.
 */
export type Credential =
  | { kind: "access_token"; token: string }
  | { kind: "api_key"; email: string; apiKey: string };

/** An e-mail and its API key, which Cloudways exchanges for a token. */
export interface KeyPair {
  email: string;
  apiKey: string;
}

/** How requests are authenticated: with a token as it is, or with one that a key pair is exchanged for. */
export type SignIn = { kind: "token"; token: string } | { kind: "exchange"; keyPair: KeyPair };

/** What the rest of the program needs to know of a credential. */
export interface CredentialTraits {
  /** The texts that must never be seen again in an answer or a log line. */
  secrets: readonly string[];
  /** Only a claim until Cloudways has accepted the credential; undefined for a kind without e-mail. */
  email: string | undefined;
  /** What distinguishes it from others of its kind; customer ids are computed from this. */
  idParts: readonly string[];
  /** How requests are authenticated with it. */
  signIn: SignIn;
}

/** Reads what the kind of a credential decides. */
export function traitsOf(credential: Credential): CredentialTraits {
  switch (credential.kind) {
    case "access_token": {
      const { token } = credential;
      return { secrets: [token], email: undefined, idParts: [token], signIn: { kind: "token", token } };
    }
    case "api_key": {
      const { email, apiKey } = credential;
      return {
        secrets: [apiKey],
        email,
        // Case and outer space of the e-mail don't count.
        idParts: [email.trim().toLowerCase(), apiKey],
        signIn: { kind: "exchange", keyPair: { email, apiKey } },
      };
    }
  }
}

/** What credentials consist of. Each part has headers of its own. */
export type CredentialPart = "token" | "email" | "apiKey";

/** The parts that were given. */
export type GivenCredentials = { readonly [Part in CredentialPart]?: string | undefined };

/** The half of a key pair that is missing, and the one that was given without it. */
export interface MissingPart {
  missing: keyof KeyPair;
  given: keyof KeyPair;
}

/** The credential that counts: a token wins, and one may stand where an API key belongs. */
export function credentialOf({ token, email, apiKey }: GivenCredentials): Credential | undefined {
  if (token !== undefined) return { kind: "access_token", token };
  if (apiKey === undefined) return undefined;
  if (isAccessToken(apiKey)) return { kind: "access_token", token: apiKey };
  return email === undefined ? undefined : { kind: "api_key", email, apiKey };
}

/** Which part would make the given ones a credential; undefined where they are one, or where nothing was given. */
export function missingPart(given: GivenCredentials): MissingPart | undefined {
  if (credentialOf(given) !== undefined) return undefined;
  if (given.apiKey !== undefined) return { missing: "email", given: "apiKey" };
  return given.email === undefined ? undefined : { missing: "apiKey", given: "email" };
}

/** Whether a text is an access token, as Cloudways marks them. */
export function isAccessToken(text: string): boolean {
  return text.startsWith("cw_");
}
