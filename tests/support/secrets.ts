/** Pages of secrets and their route, without the rest of the server. */
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import type { AuditEntry } from "../../src/audit/record.ts";
import { ALWAYS_SERVED, type PageAccess } from "../../src/confirm/page_access.ts";
import { UnknownPages } from "../../src/confirm/page_ids.ts";
import { secretRoute } from "../../src/http/pages/secret.ts";
import { BodyReader } from "../../src/http/request_body.ts";
import { CallSecrets } from "../../src/secrets/call_secrets.ts";
import { type NewSecrets, SecretPages } from "../../src/secrets/pages.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { SealedStore } from "../../src/store/sealed.ts";
import type { Store } from "../../src/store/store.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { SecretHider } from "../../src/text/redaction/hider.ts";
import { SecretText } from "../../src/text/secret_text.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { CUSTOMER, KEYS, type RouteServer, serveRoute, SHOPS } from "./approvals.ts";

/** The secrets that no answer, log, record or dump may hold. */
export const CANARY = "Canary-7391-of-Secrets!";

/** The pages of one replica. */
export async function makeSecretPages(
  store: Store,
  clock: FakeClock,
  { publicUrl = "https://mcp.example.com", needsCode = false, keys = [KEYS[0]], host = ALWAYS_SERVED }: {
    publicUrl?: string;
    needsCode?: boolean;
    keys?: readonly Uint8Array[];
    host?: PageAccess["host"];
  } = {},
): Promise<SecretPages> {
  const ring = await KeyRing.create({ encryptionKeys: [...keys] });
  const sealed = new SealedStore(store, new Box(ring));
  const access = { publicUrl: new URL(publicUrl), needsCode, host };
  return new SecretPages({ store, sealed, ring, clock, access });
}

/** Secrets to store; by default one database password. */
export function newSecrets(
  { approvalCode, ...changes }: Partial<NewSecrets> & { approvalCode?: string } = {},
): NewSecrets {
  return {
    subject: SHOPS,
    secrets: [{ name: "Database password", user: "shopuser", value: new SecretText(CANARY) }],
    customer: CUSTOMER,
    caller: { boundTo: "", approvalCode, secrets: new SecretHider([]) },
    client: "Some client",
    tool: "reset_database_password",
    ...changes,
  };
}

/** The secrets of one call. */
export function callSecrets(pages: SecretPages, changes: { approvalCode?: string } = {}): CallSecrets {
  const { subject: _subject, secrets: _secrets, ...call } = newSecrets(changes);
  const fingerprint = (text: string) => Promise.resolve(`of ${text.length} characters`);
  return new CallSecrets({
    ...call,
    pages,
    fingerprint,
    log: createLogger({ level: "DEBUG", format: "json", write: () => {} }),
  });
}

/** The secrets of a call without any. */
export async function noSecrets(): Promise<CallSecrets> {
  const clock = new FakeClock();
  return callSecrets(await makeSecretPages(new MemoryStore({ clock }), clock));
}

/** The id at the end of an address. */
export function idIn(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

/** A running page of secrets. */
export interface SecretServer extends RouteServer {
  pages: SecretPages;
  store: Store;
  clock: FakeClock;
  audited: AuditEntry[];
}

/** Serves only the page of secrets, with the router of the real server. */
export async function startSecretPage(options: { store?: Store } = {}): Promise<SecretServer> {
  const clock = new FakeClock();
  const store = options.store ?? new MemoryStore({ clock });
  const audited: AuditEntry[] = [];
  const record = (entry: AuditEntry) => Promise.resolve(void audited.push(entry));
  const bodies = new BodyReader();
  let pages: SecretPages | undefined;
  const server = await serveRoute(store, async (publicUrl) => {
    pages = await makeSecretPages(store, clock, { publicUrl });
    return await secretRoute({
      secretPages: pages,
      audit: { record },
      clock,
      publicUrl: new URL(publicUrl),
      bodies,
      unknownPages: new UnknownPages(store),
    });
  });
  if (pages === undefined) throw new Error("no pages");
  const end = async () => {
    bodies[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
  };
  return { ...server, pages, store, clock, audited, [Symbol.asyncDispose]: end };
}
