/**
 * Reads from the real API with the operator's own credentials, and compares the form of each reply with what this
 * program expects. The API is documented in part only, so this is how an operator notices that it has changed.
 */
import * as z from "zod";
import { createApp } from "../../app.ts";
import { type Clock, systemClock } from "../../async/clock.ts";
import { Deadline } from "../../async/deadline.ts";
import { CloudwaysAccount } from "../../cloudways/account.ts";
import { differences, isGrave } from "../../cloudways/drift/compare.ts";
import { type HarmlessRead, harmlessRead } from "../../cloudways/drift/form.ts";
import { describeDifferences, SeenValues } from "../../cloudways/drift/report.ts";
import { ApiPath } from "../../cloudways/path.ts";
import { UnknownToCloudwaysError } from "../../cloudways/replies.ts";
import type { Config } from "../../config.ts";
import { type ErrorCode, ToolError } from "../../errors.ts";
import { createLogger } from "../../telemetry/log.ts";
import { failure, type Finding, fine, warning } from "./finding.ts";

const NAME = "live";

/** For all reads together. */
const DEADLINE_MS = 10 * 60_000;

/** Longest wait that a limit of Cloudways may ask for; after a longer one the remaining reads are left out. */
const MAX_PAUSE_SECONDS = 120;

/** How many pauses may be waited for. */
const MAX_PAUSES = 5;

/** What these codes say is about this account, not about the form of replies: it has no such add-on, right or thing. */
const NOT_FOR_THIS_ACCOUNT: ReadonlySet<ErrorCode> = new Set(["forbidden", "not_found", "validation_failed"]);

/** What the first read may fail with so that no other one can be answered, and what to do. */
const HOPELESS: Partial<Record<ErrorCode, string>> = {
  authentication_failed: "Cloudways refuses the credentials: set CLOUDWAYS_ACCESS_TOKEN to a valid token",
  upstream_unreachable: "there is no connection to Cloudways, so nothing was compared: deno task doctor says why",
  upstream_timeout: "Cloudways does not answer, so nothing was compared: try again later",
};

/** The ids that paths and queries are filled with. */
interface Ids {
  server_id: string | undefined;
  app_id: string | undefined;
}

/** What became of a read. */
type Outcome = { kind: "read"; reply: unknown } | { kind: "failed"; error: ToolError } | { kind: "left out" };

/** Sends the harmless reads, and reports every reply of another form. Shows no data of the account. */
export async function examineLive(config: Config, clock: Clock = systemClock): Promise<Finding[]> {
  if (config.stdioCredential === undefined) {
    const text = "there are no credentials to read with: set CLOUDWAYS_ACCESS_TOKEN for this run";
    return [failure(NAME, text)];
  }
  const app = await createApp({ ...config, redisUrl: undefined, auditLog: undefined }, {
    log: createLogger({ level: "ERROR", format: "json", write: () => {} }),
    clock,
  });
  try {
    using deadline = new Deadline(DEADLINE_MS);
    const { signal } = deadline;
    const { caller, log } = await app.stdioScope();
    if (caller.identity.kind === "none") throw caller.identity.error;
    const session = { customer: caller.identity, address: "doctor", log, signal, deadline: signal };
    return await new LiveReads(new CloudwaysAccount(app.services, session), { clock, signal }).run();
  } finally {
    await app.close();
  }
}

class LiveReads {
  readonly #account: CloudwaysAccount;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #seen = new SeenValues();
  #pauses = 0;

  constructor(account: CloudwaysAccount, { clock, signal }: { clock: Clock; signal: AbortSignal }) {
    this.#account = account;
    this.#clock = clock;
    this.#signal = signal;
  }

  async run(): Promise<Finding[]> {
    const reads = await knownReads();
    const listing = reads.find(({ operation }) => operation === "server_list");
    if (listing === undefined) throw new Error("The listing is among the reads.");
    const outcomes = new Map<HarmlessRead, Outcome>();
    const first = await this.#read(listing, { server_id: undefined, app_id: undefined });
    outcomes.set(listing, first);
    const hopeless = first.kind === "failed" ? HOPELESS[first.error.code] : undefined;
    if (hopeless !== undefined) return [failure(NAME, hopeless)];
    const ids = first.kind === "read" ? firstIds(first.reply) : { server_id: undefined, app_id: undefined };
    for (const read of reads) {
      if (read !== listing) outcomes.set(read, await this.#read(read, ids));
    }
    return this.#report(outcomes);
  }

  async #read(read: HarmlessRead, ids: Ids): Promise<Outcome> {
    const path = fill(read.path, ids);
    const query = Object.entries(read.query).map(([name, value]) => [name, fill(value, ids)] as const);
    if (path === undefined || query.some(([, value]) => value === undefined)) return { kind: "left out" };
    const request = {
      operation: read.operation,
      path: new ApiPath(path),
      query: Object.fromEntries(query.map(([name, value = ""]) => [name, value])),
      reply: z.unknown(),
    };
    while (!this.#signal.aborted) {
      try {
        const reply = await this.#account.read(request);
        this.#seen.add(reply);
        return { kind: "read", reply };
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        if (!await this.#pauseFor(error)) return { kind: "failed", error };
      }
    }
    return { kind: "left out" };
  }

  /** Waits if an error asks for it; false if it does not, or for too long. */
  async #pauseFor({ code, retryAfter }: ToolError): Promise<boolean> {
    if (code !== "rate_limited" && code !== "upstream_rate_limited") return false;
    if (retryAfter === undefined || retryAfter > MAX_PAUSE_SECONDS || ++this.#pauses > MAX_PAUSES) return false;
    return await this.#clock.sleep(retryAfter * 1000, this.#signal).then(() => true, () => false);
  }

  #report(outcomes: ReadonlyMap<HarmlessRead, Outcome>): Finding[] {
    const found = [...outcomes].flatMap(([read, outcome]) => this.#findings(read, outcome));
    const all = [...outcomes.values()];
    const read = all.filter(({ kind }) => kind === "read").length;
    const other = all.length - read - found.filter(({ name }) => name === NAME).length;
    const summary = `${read} of ${all.length} reads were answered and compared` +
      (other > 0 ? `; ${other} do not apply to this account, or to its first server and application` : "");
    return [fine(NAME, summary), ...found];
  }

  #findings({ operation, form }: HarmlessRead, outcome: Outcome): Finding[] {
    if (outcome.kind === "left out") return [];
    if (outcome.kind === "failed") return failedRead(operation, outcome.error);
    const found = differences(form, outcome.reply);
    if (found.length === 0) return [];
    const text = `${operation}: ${describeDifferences(found, this.#seen).join("; ")}`;
    return [found.some(({ kind }) => isGrave(kind)) ? failure("drift", text) : warning("drift", text)];
  }
}

/** The message of the error is not shown: it may quote the account. */
function failedRead(operation: string, error: ToolError): Finding[] {
  if (error instanceof UnknownToCloudwaysError && error.code === "upstream_error") {
    return [failure("drift", `${operation}: Cloudways no longer knows this request`)];
  }
  if (error.code === "upstream_error") return [failure("drift", `${operation}: the answer is an error, or not JSON`)];
  return NOT_FOR_THIS_ACCOUNT.has(error.code) ? [] : [failure(NAME, `${operation} was not read: ${error.code}`)];
}

async function knownReads(): Promise<HarmlessRead[]> {
  // Loaded here only, since no other command needs it.
  const { default: reads } = await import("../../cloudways/drift/reads.json", { with: { type: "json" } });
  return z.array(harmlessRead).parse(reads);
}

/** A text with the ids in it; undefined if an id is needed and there is none. */
function fill(template: string, ids: Ids): string | undefined {
  if (template.includes("{server_id}") && ids.server_id === undefined) return undefined;
  if (template.includes("{app_id}") && ids.app_id === undefined) return undefined;
  return template.replaceAll("{server_id}", ids.server_id ?? "").replaceAll("{app_id}", ids.app_id ?? "");
}

const id = z.union([z.int().nonnegative(), z.string().regex(/^\d{1,18}$/)]).transform(String);
const app = z.looseObject({ id, application: z.string().optional().catch(undefined) });
const server = z.looseObject({ id, status: z.unknown(), apps: z.array(app).catch([]) });
const listing = z.looseObject({ servers: z.array(server) });

/** A running server with an application, a WordPress one if there is one, since most reads are about those. */
function firstIds(reply: unknown): Ids {
  const parsed = listing.safeParse(reply);
  const servers = (parsed.data?.servers ?? []).filter(({ status, apps }) => status === "running" && apps.length > 0);
  const isWordPress = ({ application = "" }: { application?: string | undefined }) =>
    application.startsWith("wordpress");
  const chosen = servers.find(({ apps }) => apps.some(isWordPress)) ?? servers[0];
  return { server_id: chosen?.id, app_id: (chosen?.apps.find(isWordPress) ?? chosen?.apps[0])?.id };
}
