/**
 * What a caller authenticates to Cloudways with. Everything that depends on the kind is in this file. A new kind needs its
 * traits, a case in {@linkcode credentialOf}, and headers for its parts in `http/caller_headers.ts`.
 */
export type Credential =
  | { kind: "access_token"; token: string }
  | { kind: "api_key"; email: string; apiKey: string };

/** An e-mail and its API key, which Cloudways exchanges for a token. */
export interface KeyPair {
  email: string;
  apiKey: string;
}

/** How requests are authenticated: with the given token, or with one from a token exchange. */
export type SignIn = { kind: "token"; token: string } | { kind: "exchange"; keyPair: KeyPair };

/** What the rest of the program needs to know of a credential. */
export interface CredentialTraits {
  /** The texts that no answer and no log line may show. */
  secrets: readonly string[];
  /** A mere claim until Cloudways has accepted the credential. Undefined for a kind without e-mail. */
  email: string | undefined;
  /** What distinguishes credentials of one kind; customer ids are computed from this. */
  idParts: readonly string[];
  signIn: SignIn;
}

/** The traits of a credential, by its kind. */
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
        // Case and surrounding space of the e-mail don't matter.
        idParts: [email.trim().toLowerCase(), apiKey],
        signIn: { kind: "exchange", keyPair: { email, apiKey } },
      };
    }
  }
}

/** The parts of credentials. Each has its own headers. */
export type CredentialPart = "token" | "email" | "apiKey";

/** The parts that were given. */
export type GivenCredentials = { readonly [Part in CredentialPart]?: string | undefined };

/** The missing half of a key pair, and the half that was given. */
export interface MissingPart {
  missing: keyof KeyPair;
  given: keyof KeyPair;
}

/** The credential to use. A token goes first, and callers may send a token as API key. */
export function credentialOf({ token, email, apiKey }: GivenCredentials): Credential | undefined {
  if (token !== undefined) return { kind: "access_token", token };
  if (apiKey === undefined) return undefined;
  if (isAccessToken(apiKey)) return { kind: "access_token", token: apiKey };
  return email === undefined ? undefined : { kind: "api_key", email, apiKey };
}

/** The part that is missing for a key pair; undefined if the parts are a credential, or nothing was given. */
export function missingPart(given: GivenCredentials): MissingPart | undefined {
  if (credentialOf(given) !== undefined) return undefined;
  if (given.apiKey !== undefined) return { missing: "email", given: "apiKey" };
  return given.email === undefined ? undefined : { missing: "apiKey", given: "email" };
}

/** Whether a text has the prefix of Cloudways' access tokens. */
export function isAccessToken(text: string): boolean {
  return text.startsWith("cw_");
}
