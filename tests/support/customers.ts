/** Several customers of one sandbox, whose data can be recognised anywhere. */
import assert from "node:assert/strict";
import { CustomerIds, shortCustomerId } from "../../src/identity/customer_id.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { parseKey } from "../../src/crypto/keys.ts";
import { certificatePem } from "./certificates.ts";
import { certificate } from "../sandbox/make_app.ts";
import type { AccountSpec, AccountState, AppState, Sandbox, ServerState } from "../sandbox/mod.ts";

/** Unique words. Each is part of every label, domain, secret and credential of one customer. */
const WORDS = ["Amberley", "Birchfell", "Cinderwick", "Dovermere", "Elmsgrove", "Fallowden"] as const;

/** What a sandbox is started with. */
export const ACCOUNTS = WORDS.map((word) => ({
  email: `owner@${word.toLowerCase()}.example`,
  apiKey: `${word}KeyNotReal0123456789`,
  accessTokens: [{ token: `cw_${word.toLowerCase()}_not_real_0123456789` }],
  label: word,
  canary: `canary-${word}`,
})) satisfies readonly AccountSpec[];

/** The kinds of credentials of a customer. To the server they are different customers. */
export const CREDENTIALS = ["token", "key"] as const;
/** One of {@linkcode CREDENTIALS}. */
export type CredentialKind = typeof CREDENTIALS[number];

/** One customer. */
export interface TestCustomer {
  word: string;
  account: AccountState;
  headers: Record<CredentialKind, Record<string, string>>;
  /** All 64 hex digits. */
  ids: Record<CredentialKind, string>;
  /** An operation that ended before. */
  operationId: string;
}

/** Where in an account a call goes. */
export interface Place {
  server: ServerState;
  app: AppState;
}

/** Makes every tool of the tool table usable for every customer, and puts the customer's word into every text. */
export async function prepareCustomers(sandbox: Sandbox, encryptionKey: string): Promise<TestCustomer[]> {
  const ids = new CustomerIds(await KeyRing.create({ encryptionKeys: [parseKey(encryptionKey)] }));
  return await Promise.all(ACCOUNTS.map(async ({ label, email, apiKey, accessTokens: [access] }, position) => {
    const account = sandbox.account(email);
    const token = access?.token ?? "";
    mark(account, label, position);
    return {
      word: label,
      account,
      headers: {
        token: { "x-cloudways-access-token": token },
        key: { "x-cloudways-email": email, "x-cloudways-api-key": apiKey },
      },
      ids: {
        token: await ids.of({ kind: "access_token", token }),
        key: await ids.of({ kind: "api_key", email, apiKey }),
      },
      operationId: addPastOperation(account, position),
    };
  }));
}

/** The staging copy of the demo account. */
const DEMO_COPY = 200003;

/** Whether an application is a staging copy. */
export function isStagingCopy({ is_staging }: AppState): boolean {
  return is_staging !== undefined && Number(is_staging) === 1;
}

function copyOf({ servers }: AccountState): Place {
  const places = servers.flatMap((server) => server.apps.map((app) => ({ server, app })));
  const found = places.find(({ app }) => isStagingCopy(app));
  if (found === undefined) throw new Error("every customer has a staging copy");
  return found;
}

/** The id of nothing, in the place of what another call deleted. */
const GONE = 1;

/** A call of the tool table, adapted from the demo account to another place. */
export function argumentsFor(
  args: Readonly<Record<string, unknown>>,
  { word, operationId, account }: TestCustomer,
  place: Place,
): Record<string, unknown> {
  const { server, app } = args.app_id === DEMO_COPY ? copyOf(account) : place;
  const domain = domainOf(app, word);
  const [user] = app.credentials;
  const [key] = args.app_id === undefined ? server.ssh_keys : user?.ssh_keys ?? [];
  const own: Record<string, unknown> = {
    app_user_id: user?.id ?? GONE,
    ssh_key_id: key?.id ?? GONE,
    user_name: `${args.user_name}-${word.toLowerCase()}`,
    server_id: server.id,
    server_ids: [server.id],
    destination_server_id: account.servers.find(({ id }) => id !== server.id)?.id,
    app_id: app.id,
    destination_app_id: server.apps.find(({ id }) => id !== app.id)?.id ?? app.id,
    default_app_id: app.id,
    operation_id: operationId,
    before_id: account.alerts[20]?.id,
    project_name: account.projects.at(-1)?.name,
    project_id: account.projects.at(-1)?.id,
    member_id: account.members[0]?.id,
    certificate: certificatePem({ domains: [domain] }),
    queue_id: app.queues[0]?.id ?? GONE,
    channel_id: account.channels[0]?.id ?? GONE,
    domains: [domain],
    // That of the account's DNS or e-mail is the same for all.
    ...("app_id" in args && { domain }),
  };
  const ownIds = (value: unknown) => isListOfIds(value) ? [app.id] : value;
  const access = (value: unknown) =>
    String(value).replaceAll("100001", String(server.id)).replaceAll("200001", String(app.id));
  const steps = (value: unknown): unknown => JSON.parse(access(JSON.stringify(value)));
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name,
      name === "access" ? access(value) : name === "steps" ? steps(value) : own[name] ?? ownIds(value),
    ]),
  );
}

/** Whether a value lists applications of the demo account. */
function isListOfIds(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "number" && item > 200_000);
}

/** Names, numbers and words that belong to one customer, to search texts for. */
export function marksOf({ word, account, ids, operationId }: TestCustomer): Set<string> {
  const { servers, operations, projects, members } = account;
  const apps = servers.flatMap((server) => server.apps);
  const keys = [
    ...servers.flatMap(({ ssh_keys }) => ssh_keys),
    ...apps.flatMap(({ credentials }) => credentials.flatMap(({ id, ssh_keys }) => [{ id }, ...ssh_keys])),
  ];
  const numbered = [...servers, ...apps, ...projects, ...members, ...keys];
  const users = [...servers.map(({ master_user }) => master_user), ...apps.map(({ sys_user }) => sys_user)];
  return new Set([
    word.toLowerCase(),
    String(account.userId),
    ...numbered.map(({ id }) => String(id)),
    ...users.map((user) => user.replace(/^master_/, "")),
    // The last part of an id is enough.
    ...[operationId, ...operations.map(({ id }) => id)].map((id) => id.split("-").at(-1) ?? id),
    ...Object.values(ids).flatMap((id) => [id, shortCustomerId(id).replace("customer_", "")]),
  ]);
}

const WORD = new RegExp(WORDS.join("|"), "gi");
/** Decimals first, so that their digits aren't taken for an id. */
const TOKEN = /\d+\.\d+|[0-9A-Za-z]+/g;

/** Everything in a text that could be a mark, each once. */
export function marksIn(text: string): Set<string> {
  return new Set([...text.match(TOKEN) ?? [], ...(text.match(WORD) ?? []).map((word) => word.toLowerCase())]);
}

/** One provider has snapshots and volumes, the other block storage. */
const PROVIDERS: readonly Partial<ServerState>[] = [
  { cloud: "amazon", instance_type: "Medium", snapshot_frequency: "24", data_volume_size: 20, db_volume_size: 20 },
  { cloud: "do", instance_type: "2GB" },
];

function mark(account: AccountState, word: string, position: number): void {
  for (const project of account.projects) project.name = `${word} ${project.name}`;
  for (const member of account.members) member.email = `${member.name.split(" ")[0]}@${word}.example`;
  const [atCloudflare] = account.servers.flatMap(({ apps }) => apps).flatMap(({ cloudflare }) => cloudflare.domains);
  assert.ok(atCloudflare !== undefined);
  for (const [index, server] of account.servers.entries()) {
    Object.assign(server, PROVIDERS[index % PROVIDERS.length]);
    for (const [place, app] of server.apps.entries()) {
      app.cname = domainOf(app, word);
      // One domain stays there, whatever the calls of the table take away; some applications can put theirs there.
      const names = [`www.${app.cname}`, ...(place % 2 === 0 ? [app.cname] : [])];
      app.cloudflare.domains = names.map((hostname) => ({ ...atCloudflare, hostname }));
      // Each customer makes one of the two calls of the table that switch it.
      app.protection.active = position % 2 === 1;
      app.aliases = [];
      app.app_user = account.email;
      app.localBackup = true;
      app.own_ssl = { issued_at: "2026-01-01 00:00:00" };
      app.lets_encrypt = certificate([app.cname], account.email);
      // Updates wait that the calls of the table ask for.
      app.updates.detected = true;
      for (const component of [...app.updates.plugins, ...app.updates.themes]) component.newest = "99.0.0";
      app.git.key = `ssh-rsa EXAMPLE ${word}`;
      app.git.branches = ["main", `of-${word}`];
      for (const entry of app.git.log) entry.git_url = `git@git.example.com:${word}/shop.git`;
    }
  }
  account.lastId.app = 200_500 + position * 10_000;
}

/** The domain of an application before a call changes it. */
function domainOf({ id }: AppState, word: string): string {
  return `app-${id}.${word.toLowerCase()}.example`;
}

function addPastOperation(account: AccountState, position: number): string {
  const id = String(93_500_001 + position);
  account.operations.push({
    id,
    type: "restarting_server",
    serverId: account.servers[0]?.id ?? 0,
    appId: 0,
    state: "done",
    pollsLeft: 0,
    startedAt: 0,
    finishAt: 0,
    locks: false,
    showsServer: false,
  });
  return id;
}
