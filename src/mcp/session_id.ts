import { z } from "zod";
import type { KeyRing } from "../crypto/key_ring.ts";
import { cleanText } from "../text/clean.ts";
import { memberOf } from "../text/member.ts";

/** What a client of the 2025 revisions said of itself in `initialize`. */
export interface ClientDeclaration {
  /** The revision that was agreed on. */
  protocolVersion: string;
  /** As declared, in whatever form. */
  capabilities: unknown;
  name: string;
  version: string;
}

const flag = z.object({}).optional();

const memoSchema = z.object({
  /** Tells sessions apart: 128 random bits, 32 hex digits. */
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  protocolVersion: z.string(),
  /** Of what was declared, the parts by which a client can be asked something. */
  capabilities: z.object({
    elicitation: z.object({ form: flag, url: flag }),
    sampling: z.object({ tools: flag, context: flag }).optional(),
    roots: z.object({}).optional(),
  }),
  clientInfo: z.object({ name: z.string(), version: z.string() }),
});

/** What a session id remembers. */
export type SessionMemo = z.output<typeof memoSchema>;

const FORM = /^v1\.([A-Za-z0-9_-]+)\.([0-9a-f]{64})$/;
const NONCE_BYTES = 16;
const MAX_LENGTH = 1024;
/** With these bounds no memo comes near the length allowed, whatever characters it is written in. */
export const MAX_NAME_LENGTH = 60;
const MAX_VERSION_LENGTH = 20;

/**
 * Session ids for clients of the 2025 revisions: `v1.<memo in base64url>.<HMAC-SHA-256 in hex>`.
 *
 * Such an id is a memo that the client carries for us, so that any replica knows from it what the client can be asked.
 * Nothing is stored. It proves nothing about who sends it: credentials come with every request all the same.
 */
export class SessionIds {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** A fresh session id, or undefined for a client that can't be asked anything. */
  async issue({ protocolVersion, capabilities, name, version }: ClientDeclaration): Promise<string | undefined> {
    const memo = memoSchema.safeParse({
      nonce: crypto.getRandomValues(new Uint8Array(NONCE_BYTES)).toHex(),
      protocolVersion,
      capabilities: askableBy(capabilities),
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

  /** What a session id of ours remembers; undefined for anything else, which then simply tells nothing. */
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

/** The version of the form is signed too, so that no memo passes for one of another form. */
function signed(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`v1.${text}`);
}

/** Undefined where the client declares no kind of elicitation that exists. */
function askableBy(capabilities: unknown) {
  const declared = memberOf(capabilities, "elicitation");
  // Before there were two kinds, an empty object meant forms.
  const meansForms = typeof declared === "object" && declared !== null && Object.keys(declared).length === 0;
  const elicitation = meansForms ? { form: {} } : kept(declared, ["form", "url"]);
  if (elicitation === undefined || Object.keys(elicitation).length === 0) return undefined;
  return {
    elicitation,
    sampling: kept(memberOf(capabilities, "sampling"), ["tools", "context"]),
    roots: kept(memberOf(capabilities, "roots"), []),
  };
}

/** A capability with those of its members that matter, each without what it holds; undefined where it is absent. */
function kept(declared: unknown, members: readonly string[]): Record<string, Record<string, never>> | undefined {
  if (typeof declared !== "object" || declared === null) return undefined;
  return Object.fromEntries(members.filter((member) => Object.hasOwn(declared, member)).map((member) => [member, {}]));
}
