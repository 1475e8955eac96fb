import * as z from "zod";
import type { KeyRing } from "../crypto/key_ring.ts";
import { lengthPrefixed } from "../crypto/length_prefixed.ts";
import type { OAuthClient, PinnedClient } from "../identity/oauth_client.ts";
import { readJson } from "../text/read_json.ts";

/** Most characters of a client id; it is part of the URL that a browser opens. */
const MAX_ID = 4_000;

const recordSchema = z.object({ n: z.string(), r: z.array(z.string()) });

/** A client whose id is known to be genuine. */
export interface KnownClient extends OAuthClient {
  id: string;
  /** The operator named it in the configuration. */
  isPinned: boolean;
}

/**
 * The ids of OAuth clients. An id is the client's own record with our signature, so nothing is stored, and nobody can fill
 * anything by registering. The signature's key survives the rotation of encryption keys.
 */
export class ClientIds {
  readonly #ring: KeyRing;
  readonly #pinned: ReadonlyMap<string, PinnedClient>;

  constructor(ring: KeyRing, pinned: readonly PinnedClient[]) {
    this.#ring = ring;
    this.#pinned = new Map(pinned.map((client) => [client.id, client]));
  }

  /** The id of a client; undefined if its record is too long for a URL. Equal records have equal ids. */
  async issue({ name, redirects }: OAuthClient): Promise<string | undefined> {
    const record = new TextEncoder().encode(JSON.stringify({ n: name, r: redirects }));
    const text = record.toBase64({ alphabet: "base64url", omitPadding: true });
    const signature = await crypto.subtle.sign("HMAC", this.#ring.clientIdKey, signedBytes(text));
    const id = `${text}.${new Uint8Array(signature).toBase64({ alphabet: "base64url", omitPadding: true })}`;
    return id.length <= MAX_ID ? id : undefined;
  }

  /** The client of an id; undefined for an id that is not ours. */
  async read(id: string): Promise<KnownClient | undefined> {
    const pinned = this.#pinned.get(id);
    if (pinned !== undefined) return { ...pinned, isPinned: true };
    const [, text, signature] = id.length <= MAX_ID ? /^([\w-]+)\.([\w-]{43})$/.exec(id) ?? [] : [];
    const [record, proof] = [decode(text), decode(signature)];
    if (text === undefined || record === undefined || proof === undefined) return undefined;
    if (!await crypto.subtle.verify("HMAC", this.#ring.clientIdKey, proof, signedBytes(text))) return undefined;
    const client = readJson(new TextDecoder().decode(record), recordSchema);
    return client && { id, name: client.n, redirects: client.r, isPinned: false };
  }
}

function signedBytes(text: string): Uint8Array<ArrayBuffer> {
  return lengthPrefixed("client", text);
}

/** Strict, so that every id has exactly one spelling. */
function decode(text: string | undefined): Uint8Array<ArrayBuffer> | undefined {
  if (text === undefined) return undefined;
  try {
    const padded = text.padEnd(Math.ceil(text.length / 4) * 4, "=");
    return Uint8Array.fromBase64(padded, { alphabet: "base64url", lastChunkHandling: "strict" });
  } catch {
    return undefined;
  }
}
