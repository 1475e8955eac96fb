import * as z from "zod";
import type { Clock } from "../../async/clock.ts";
import { isLoopback } from "../../config/addresses.ts";
import type { Box } from "../../crypto/box.ts";
import { KEPT_MS } from "../../sign_in/connections.ts";
import { SealedTexts } from "../../sign_in/sealed_texts.ts";

/** A connection that was made in this browser. */
const entrySchema = z.object({ customer: z.string(), connection: z.string() });
/** A connection that was made in this browser. */
export type CookieEntry = z.output<typeof entrySchema>;

const cookieSchema = z.object({ entries: z.array(entrySchema), expiresAt: z.number() });

/** How many connections a browser remembers. */
const MAX_ENTRIES = 10;

/** What {@linkcode ConnectCookies} need. */
export interface ConnectCookiesOptions {
  box: Box;
  clock: Clock;
  publicUrl: URL;
}

/** The cookie by which a browser shows that it signed in. It counts only with forms of our own pages. */
export class ConnectCookies {
  readonly #clock: Clock;
  readonly #sealed: SealedTexts<z.output<typeof cookieSchema>>;
  readonly #isPlain: boolean;

  constructor({ box, clock, publicUrl }: ConnectCookiesOptions) {
    this.#clock = clock;
    this.#sealed = new SealedTexts({ box, clock, purpose: "connect_cookie", schema: cookieSchema });
    this.#isPlain = publicUrl.protocol === "http:" && isLoopback(publicUrl.hostname);
  }

  /** The connections that the browser of a form made, newest first. */
  async read({ method, headers }: Request): Promise<CookieEntry[]> {
    if (method !== "POST") return [];
    const pairs = (headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
    const found = pairs.filter((pair) => pair.startsWith(`${this.#name}=`));
    // A second cookie of this name was planted by somebody else.
    const [only, ...more] = found;
    if (only === undefined || more.length > 0) return [];
    return (await this.#sealed.open(only.slice(this.#name.length + 1)))?.entries ?? [];
  }

  /** Has a browser remember a connection, beside those it knows. */
  async add(headers: Headers, entry: CookieEntry, known: readonly CookieEntry[] = []): Promise<void> {
    const entries = [entry, ...known].slice(0, MAX_ENTRIES);
    const value = await this.#sealed.seal({ entries, expiresAt: this.#clock.now() + KEPT_MS });
    const flags = `Path=/; Max-Age=${KEPT_MS / 1000}; HttpOnly; SameSite=Lax${this.#isPlain ? "" : "; Secure"}`;
    headers.append("set-cookie", `${this.#name}=${value}; ${flags}`);
  }

  get #name(): string {
    return this.#isPlain ? "connect" : "__Host-connect";
  }
}
