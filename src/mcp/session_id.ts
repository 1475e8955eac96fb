import * as z from "zod";
import type { KeyRing } from "../crypto/key_ring.ts";
import { cleanText } from "../text/clean.ts";
import { memberOf } from "../text/member.ts";

/** What a 2025 client declared in `initialize`. */
export interface ClientDeclaration {
  /** The revision that was agreed on. */
  protocolVersion: string;
  /** As declared, not validated. */
  capabilities: unknown;
  name: string;
  version: string;
}

const flag = z.object({}).optional();

const memoSchema = z.object({
  /** Unique for each session: 128 random bits, as 32 hex digits. */
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  protocolVersion: z.string(),
  /** The declared capabilities that allow asking the client something. */
  capabilities: z.object({
    elicitation: z.object({ form: flag, url: flag }),
    sampling: z.object({ tools: flag, context: flag }).optional(),
    roots: z.object({}).optional(),
  }),
  clientInfo: z.object({ name: z.string(), version: z.string() }),
});

/** The content of a session id. */
export type SessionMemo = z.output<typeof memoSchema>;

const FORM = /^v1\.([A-Za-z0-9_-]+)\.([0-9a-f]{64})$/;
const NONCE_BYTES = 16;
const MAX_LENGTH = 1024;
/** These bounds keep every memo far below the allowed length, whatever characters it contains. */
export const MAX_NAME_LENGTH = 60;
const MAX_VERSION_LENGTH = 20;

/**
 * Session ids for 2025 clients: `v1.<memo in base64url>.<HMAC-SHA-256 in hex>`.
 *
 * The client sends the memo with each request, so any replica knows what the client can be asked, and nothing is
 * stored. A session id does not identify the caller: credentials come with every request all the same.
 */
export class SessionIds {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** Makes a session id; undefined for a client that can't be asked anything. */
  async issue({ protocolVersion, capabilities, name, version }: ClientDeclaration): Promise<string | undefined> {
    const memo = memoSchema.safeParse({
      nonce: crypto.getRandomValues(new Uint8Array(NONCE_BYTES)).toHex(),
      protocolVersion,
      capabilities: askableCapabilities(capabilities),
      clientInfo: {
        name: cleanText(name, { maxLength: MAX_NAME_LENGTH }),
        version: cleanText(version, { maxLength: MAX_VERSION_LENGTH }),
      },
    }).data;
    if (memo === undefined) return undefined;
    const bytes = new TextEncoder().encode(JSON.stringify(memo));
    const text = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
    const { first } = await this.#ring.keys("session");
    return `v1.${text}.${new Uint8Array(await crypto.subtle.sign("HMAC", first.key, signed(text))).toHex()}`;
  }

  /** Reads a session id; undefined for one that this server did not issue. */
  async read(sessionId: string): Promise<SessionMemo | undefined> {
    const [, text, mac] = sessionId.length > MAX_LENGTH ? [] : FORM.exec(sessionId) ?? [];
    if (text === undefined || mac === undefined || !await this.#verifies(text, mac)) return undefined;
    const json: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(text, { alphabet: "base64url" })));
    return memoSchema.safeParse(json).data;
  }

  async #verifies(text: string, mac: string): Promise<boolean> {
    const bytes = Uint8Array.fromHex(mac);
    for (const { key } of (await this.#ring.keys("session")).all) {
      if (await crypto.subtle.verify("HMAC", key, bytes, signed(text))) return true;
    }
    return false;
  }
}

/** The signed bytes. They include the version, so that no memo passes for one of another version. */
function signed(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`v1.${text}`);
}

/** The capabilities to keep; undefined if the client declares no known kind of elicitation. */
function askableCapabilities(capabilities: unknown) {
  const declared = memberOf(capabilities, "elicitation");
  // Before elicitation had two kinds, an empty object meant forms.
  const meansForms = typeof declared === "object" && declared !== null && Object.keys(declared).length === 0;
  const elicitation = meansForms ? { form: {} } : pick(declared, ["form", "url"]);
  if (elicitation === undefined || Object.keys(elicitation).length === 0) return undefined;
  return {
    elicitation,
    sampling: pick(memberOf(capabilities, "sampling"), ["tools", "context"]),
    roots: pick(memberOf(capabilities, "roots"), []),
  };
}

/** A capability with only the given members, each as an empty object; undefined if the capability is absent. */
function pick(declared: unknown, members: readonly string[]): Record<string, Record<string, never>> | undefined {
  if (typeof declared !== "object" || declared === null) return undefined;
  return Object.fromEntries(members.filter((member) => Object.hasOwn(declared, member)).map((member) => [member, {}]));
}
