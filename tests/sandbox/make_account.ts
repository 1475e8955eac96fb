import { recordTime } from "./dates.ts";
import { makeApp, makeMoreStaging } from "./make_app.ts";
import { makeServer } from "./make_server.ts";
import { makeDns, makeServices } from "./make_services.ts";
import { createRandom, type Random, seedFrom } from "./prng.ts";
import type { AccountState, AlertState, MemberState, OperationState, ProjectState } from "./state.ts";

/** A token that the account's owner made in the platform. */
export interface AccessTokenSpec {
  token: string;
  /** Ids of the operations it may use; absent means all. */
  scopes?: readonly string[];
}

/** What an account should contain. */
export interface AccountSpec {
  email: string;
  apiKey: string;
  accessTokens: readonly AccessTokenSpec[];
  /** Default 2. */
  servers?: number;
  /** Default 3. */
  appsPerServer?: number;
  /** Two further staging copies on the last server: one of an application elsewhere, one whose application is gone. */
  moreStaging?: boolean;
  /** Part of the labels of servers and applications, to tell accounts apart. */
  label?: string;
  /** Every secret of the account contains this text. */
  canary?: string;
}

/** The account of a sandbox without other accounts. */
export const DEMO_ACCOUNT = {
  email: "owner@example.com",
  apiKey: "DemoKeyNotReal0123456789abcdefghijklmnop",
  accessTokens: [{ token: "cw_demo_not_real_0123456789abcdef" }],
} as const satisfies AccountSpec;

/** The epoch of the demo account. With one seed and one epoch its data are the same every day. */
export const DEMO_EPOCH = Date.UTC(2026, 10, 1, 12);

/** How many alerts an account begins with. */
const alertCount = 45;

/** What records are made from. */
export interface Making {
  random: Random;
  /** Milliseconds since the epoch. */
  now: number;
  secret(): string;
}

/** Makes up an account. The same spec, position, seed and time give the same account. */
export function makeAccount(spec: AccountSpec, position: number, seed: number, now: number): AccountState {
  const random = createRandom(seedFrom(spec.email, seed));
  const secret = () =>
    spec.canary === undefined ? `EXAMPLE-${random.letters(12)}` : `${spec.canary}-${random.letters(8)}`;
  const making: Making = { random, now, secret };
  const label = spec.label ?? "";
  const servers = Array.from({ length: spec.servers ?? 2 }, (_, index) => makeServer(making, position, index, label));
  let appIndex = 0;
  for (const server of servers) {
    for (let count = 0; count < (spec.appsPerServer ?? 3); count++) {
      server.apps.push(makeApp(making, server, position, appIndex++, label));
    }
  }
  if (spec.moreStaging === true) {
    for (const copy of makeMoreStaging(making, servers, position, appIndex)) {
      servers.at(-1)?.apps.push(copy);
      appIndex++;
    }
  }
  const account: AccountState = {
    email: spec.email,
    apiKey: spec.apiKey,
    keyRevoked: false,
    label,
    userId: 700_001 + position,
    accessTokens: spec.accessTokens.map((token) => ({ ...token })),
    servers,
    operations: position === 0 && servers[0] !== undefined ? pastOperations(servers[0].id, now) : [],
    projects: makeProjects(position, now),
    members: makeMembers(position, now, label),
    alerts: [],
    dns: makeDns(making, position),
    ...makeServices(making, position, servers[0]?.id ?? 0),
    otherOwners: ["owner@example.net"],
    lastId: {
      server: 100_000 + position * 1000 + servers.length,
      app: 200_000 + position * 10_000 + appIndex,
      project: 300_002 + position * 100,
      sshKey: 480_000 + position * 1000,
      credential: 800_000 + position * 1000,
      member: 600_002 + position * 100,
      queue: 19 + position * 1000,
      channel: 8888 + position * 1000,
    },
    secret,
  };
  account.alerts = makeAlerts(account, making, position);
  return account;
}

function makeProjects(position: number, now: number): ProjectState[] {
  const created_at = recordTime(now - 300 * 86_400_000);
  const id = 300_001 + position * 100;
  return [
    { id, name: "Default", isDefault: true, created_at },
    { id: id + 1, name: "Shops", isDefault: false, created_at },
  ];
}

function makeMembers(position: number, now: number, label: string): MemberState[] {
  const added_on = recordTime(now - 290 * 86_400_000);
  const id = 600_001 + position * 100;
  const suffix = label === "" ? "" : ` (${label})`;
  const base = { status: "1", added_on };
  return [
    {
      ...base,
      id,
      mappingId: id + 10_000,
      name: `Ada${suffix}`,
      email: "ada@example.com",
      role: "Developer",
      isFull: true,
      access: { account: { sections: [], is_full: true }, servers: {}, apps: [] },
    },
    {
      ...base,
      id: id + 1,
      mappingId: id + 10_001,
      name: `Grace${suffix}`,
      email: "grace@example.com",
      role: "Billing",
      isFull: false,
      access: { account: { sections: [], is_full: false }, servers: {}, apps: [] },
    },
  ];
}

const alertKinds = [
  { subject: "Disk is nearly full", desc: "Free disk is low on", template_slug: "disk-full" },
  { subject: "High load", desc: "CPU load was high for ten minutes on", template_slug: "high-load" },
  { subject: "Service restarted", desc: "MySQL was restarted automatically on", template_slug: "service-restarted" },
  { subject: "Backup completed", desc: "The scheduled backup completed on", template_slug: "backup-completed" },
];

function makeAlerts(account: AccountState, { random, now }: Making, position: number): AlertState[] {
  if (account.servers.length === 0) return [];
  return Array.from({ length: alertCount }, (_, index) => {
    const server = random.pick(account.servers);
    const kind = random.pick(alertKinds);
    return {
      id: 88_888 + position * 1000 - index * 3,
      server_id: server.id,
      app_id: index % 4 === 0 ? server.apps[0]?.id ?? null : null,
      subject: kind.subject,
      desc: `${kind.desc} ${server.label}`,
      template_slug: kind.template_slug,
      values: { SERVER_LABEL: server.label },
      created_at: recordTime(now - index * 5 * 3_600_000),
      is_read: index > 30,
    };
  });
}

/** Work that ended before the sandbox began, under the ids that the documentation uses as examples. */
function pastOperations(serverId: number, now: number): OperationState[] {
  const past = {
    serverId,
    appId: 0,
    state: "done" as const,
    pollsLeft: 0,
    startedAt: now - 3_600_000,
    finishAt: now - 3_500_000,
    locks: false,
    showsServer: false,
  };
  return [
    { ...past, id: "92897180", type: "restarting_server" },
    {
      ...past,
      id: "18d4f7f4-f220-4bbb-bcd3-a6357e125306",
      type: "server_usage",
      result: () => ({ server: { disk_used_perc: "41%" }, applications: { body: [] } }),
    },
  ];
}
