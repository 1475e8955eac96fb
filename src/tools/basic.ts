/** The basic tools: the account, its servers and applications at a glance, and what Cloudways offers. */
import { z } from "zod";
import type { CloudwaysAccount } from "../cloudways/account.ts";
import { knowsCredentials } from "../cloudways/client.ts";
import {
  type AppRecord,
  domainOf,
  flagOrNull,
  idNumber,
  isoTime,
  isoTimeOfSeconds,
  knownApps,
  listReply,
  looseFlag,
  looseList,
  looseNumber,
  looseObject,
  looseText,
  memberReply,
  numberOrNull,
  type ServerRecord,
  sshKeyRecord,
} from "../cloudways/models.ts";
import { path } from "../cloudways/path.ts";
import { sayingOf } from "../cloudways/replies.ts";
import { APPS, PACKAGES, PROVIDERS, REGIONS, SERVER_SIZES } from "../cloudways/reference_data.ts";
import { withIsoTimes } from "../cloudways/times.ts";
import { shortCustomerId } from "../identity/customer_id.ts";
import type { UpstreamLimit } from "../cloudways/upstream_limits.ts";
import { ToolError } from "../errors.ts";
import { appOutput, idsOf, namesOf } from "./app_work.ts";
import { getAuditLog } from "./audit_log.ts";
import { fitting } from "./define/fitting.ts";
import { appInput, detail, provider, serverInput, waitOptions, waitSeconds } from "./define/inputs.ts";
import { shownResult } from "./define/operation_result.ts";
import { appFactsIf, nullIfRefused, onApp } from "./questions.ts";
import { namesOfServer, serverOutput } from "./server_work.ts";
import { afterWork } from "./restored.ts";
import { defineAnonymousTool, defineAskingTool, defineTool, type Tool } from "./define/tool.ts";
import { appView, serverOnlyView, serverView } from "./define/views.ts";

const noInput = z.strictObject({});
const records = z.array(z.looseObject({}));
const record = z.looseObject({});
const isoTimeOrNull = z.string().nullable();

const ping = defineAnonymousTool({
  name: "ping",
  title: "Check the connection",
  toolset: "basic",
  effect: "read",
  description: "Says whether this service answers, whether credentials came, and whether Cloudways accepts them now. " +
    "Use it first when other tools fail.",
  input: noInput,
  output: z.looseObject({
    service: z.string(),
    signed_in_with: z.string(),
    accepted: z.boolean().nullable(),
    message: z.string(),
  }),
  anonymousHandler: async (_input, { account, caller }) => {
    if (account === undefined) {
      const problem = caller.identity instanceof ToolError ? caller.identity : undefined;
      const signed_in_with = problem?.code === "authentication_failed" ? "malformed" : "nothing";
      return { service: "ok", signed_in_with, accepted: null, message: problem?.message ?? "No credentials came." };
    }
    const signed_in_with = account.customer.credential.kind;
    try {
      await account.checkCredentials();
      return { service: "ok", signed_in_with, accepted: true, message: "Cloudways accepts the credentials." };
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      const known = { service: "ok", signed_in_with };
      if (error.code === "authentication_failed") {
        return { ...known, accepted: false, message: error.message, ...sayingOf(error) };
      }
      if (!knowsCredentials(error)) throw error;
      const message = `Cloudways accepts the credentials, with limits. ${error.message}`;
      return { ...known, accepted: true, message, ...sayingOf(error) };
    }
  },
});

const customerInfo = defineTool({
  name: "customer_info",
  title: "Who am I",
  toolset: "basic",
  effect: "read",
  description:
    "Shows what this service knows of the caller: customer id, kind of credential, when first and last seen, " +
    "and when the sign-in token ends. Costs a request only where Cloudways was not asked for ten minutes.",
  input: noInput,
  output: z.looseObject({
    customer_id: z.string(),
    signed_in_with: z.string(),
    email: z.string().nullable(),
    first_seen: isoTimeOrNull,
    last_seen: isoTimeOrNull,
    token_expires_at: isoTimeOrNull,
  }),
  handler: async (_input, { account }) => {
    await account.ensureAcceptedLately();
    const { customer, client } = account;
    const seen = await client.records.read(customer);
    const expiresAt = await client.tokenExpiresAt(customer);
    const time = (ms: number | undefined) => ms === undefined ? null : new Date(ms).toISOString();
    // An e-mail is only somebody's claim until Cloudways has accepted it with its key.
    const proven = customer.credential.kind === "api_key" && seen !== undefined;
    return {
      customer_id: shortCustomerId(customer.id),
      signed_in_with: customer.credential.kind,
      email: proven && customer.credential.kind === "api_key" ? customer.credential.email : null,
      first_seen: time(seen?.firstSeen),
      last_seen: time(seen?.lastSeen),
      token_expires_at: time(expiresAt),
    };
  },
});

/** Whether a limit is worth a look: it pauses, less than half of it is left, or it is not told what is. */
function isLow({ limit, remaining, pausedUntil }: UpstreamLimit, now: number): boolean {
  return pausedUntil > now || limit === undefined || remaining === undefined || remaining < limit / 2;
}

const rateLimitStatus = defineTool({
  name: "rate_limit_status",
  title: "Rate limits",
  toolset: "basic",
  effect: "read",
  description:
    "Shows how many requests are left: this service's own limit for the caller, and what Cloudways last said " +
    "of its limits where less than half is left. Costs a request only where Cloudways was not asked for ten minutes. " +
    "Use it before a long series of calls, or after rate_limited.",
  input: noInput,
  output: z.looseObject({
    limit: z.number(),
    remaining: z.number(),
    window_seconds: z.number(),
    refill_per_second: z.number(),
    cloudways: records,
    cloudways_half_or_more: z.number().describe("How many operations have half of their limit left, or more."),
  }),
  handler: async (_input, { account, clock }) => {
    const { capacity, windowSeconds } = account.client.bucketLimit;
    // Our own limit says nothing of the account; what Cloudways said does.
    if (account.client.upstreamLimits(account.customer).length > 0) await account.ensureAcceptedLately();
    const { remaining } = await account.client.bucket(account.customer);
    const seen = account.client.upstreamLimits(account.customer);
    const low = seen.filter((one) => isLow(one, clock.now()));
    return {
      limit: capacity,
      remaining,
      window_seconds: windowSeconds,
      refill_per_second: Math.round(capacity / windowSeconds * 1000) / 1000,
      cloudways: low.map((one) => ({
        operation: one.operation,
        limit: one.limit ?? null,
        remaining: one.remaining ?? null,
        seen_at: new Date(one.seenAt).toISOString(),
        paused_seconds: Math.max(0, Math.ceil((one.pausedUntil - clock.now()) / 1000)),
      })),
      cloudways_half_or_more: seen.length - low.length,
    };
  },
});

const listServers = defineTool({
  name: "list_servers",
  title: "List servers and applications",
  toolset: "basic",
  effect: "read",
  description:
    "Lists every server of the account with its applications: ids, labels, status, addresses, domains. Start " +
    "here to get the ids that other tools need. At most a minute old. To look for one thing, find_resources is shorter.",
  input: z.strictObject({ detail }),
  output: z.looseObject({ servers: records }),
  handler: async (input, { account }) => ({
    servers: (await account.servers()).map((server) => serverView(server, input.detail)),
  }),
});

const findResources = defineTool({
  name: "find_resources",
  title: "Find servers and applications",
  toolset: "basic",
  effect: "read",
  description:
    "Finds servers and applications by a part of their label, domain, alias, IP address or id, and gives the " +
    "ids to use next. Use it when the user names a site or server.",
  input: z.strictObject({
    query: z.string().min(1).max(200).describe("Part of a label, domain, IP address or id: shop.example.com"),
  }),
  output: z.looseObject({ servers: records, apps: records }),
  handler: async ({ query }, { account }) => {
    // People paste the address of a page where they mean the site.
    const wanted = (URL.parse(query)?.hostname || query).toLowerCase();
    const matches = (...texts: string[]) => texts.some((text) => text.toLowerCase().includes(wanted));
    const servers = await account.servers();
    return {
      servers: servers
        .filter((server) => String(server.id) === wanted || matches(server.label, server.public_ip, server.server_fqdn))
        .map((server) => serverOnlyView(server, "concise")),
      apps: servers.flatMap((server) =>
        knownApps(server)
          .filter(({ id, label, cname, app_fqdn, aliases }) =>
            String(id) === wanted || matches(label, cname ?? "", app_fqdn, ...aliases ?? [])
          )
          .map((app) => ({ ...appView(app, "concise"), ...namesOfServer(server) }))
      ),
    };
  },
});

const summaryReply = listReply("content", z.looseObject({ name: looseText, datapoint: looseList(z.unknown()) }));

/** `[value, unix seconds]`, either of which may be missing. */
function measurement({ name, datapoint: [value, time] }: z.output<typeof summaryReply>[number]) {
  const seconds = numberOrNull(time);
  return { name, value: numberOrNull(value), measured_at: seconds === null ? null : isoTimeOfSeconds(seconds) };
}

/** One of the two summaries of a server. A server without figures, or a token without the right, is no failure. */
async function serverSummary(account: CloudwaysAccount, serverId: number, type: "bw" | "db") {
  const query = { server_id: serverId, type };
  try {
    const points = await account.get("monitoring_server_summary", path`/server/monitor/summary`, summaryReply, query);
    return { points: points.map(measurement), problem: undefined };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { points: [], problem: `${type === "bw" ? "bandwidth" : "disk use"} is missing: ${error.message}` };
  }
}

const getServerDetails = defineTool({
  name: "get_server_details",
  title: "One server",
  toolset: "basic",
  effect: "read",
  description: "Shows one server: its record, its applications, this month's bandwidth and the disk used by each " +
    "application. Passwords are hidden.",
  input: z.strictObject(serverInput),
  output: z.looseObject({
    server: record,
    apps: records,
    bandwidth: records,
    disk_by_app: records,
    problems: z.array(z.string()),
  }),
  handler: async (input, { account }) => {
    const server = await account.server(input.server_id);
    const [bandwidth, disk] = await Promise.all([
      serverSummary(account, server.id, "bw"),
      serverSummary(account, server.id, "db"),
    ]);
    return {
      server: serverOnlyView(server, "full"),
      apps: knownApps(server).map((app) => appView(app, "concise")),
      // Cloudways doesn't say what it is measured in.
      bandwidth: bandwidth.points.map((point) => ({ ...point, unit: null })),
      disk_by_app: disk.points.map(({ name, value, measured_at }) => {
        const app = knownApps(server).find(({ sys_user }) => sys_user === name);
        const names = { sys_user: name, app_id: app?.id ?? null, app_label: app?.label ?? null };
        return { ...names, disk_used_mb: value, measured_at };
      }),
      problems: [bandwidth.problem, disk.problem].filter((problem) => problem !== undefined),
    };
  },
});

const getAppDetails = defineTool({
  name: "get_app_details",
  title: "One application",
  toolset: "basic",
  effect: "read",
  description: "Shows one application: its record with domains, aliases and certificate, and the server it is on. " +
    "Passwords are hidden.",
  input: z.strictObject(appInput),
  output: z.looseObject({ app: record, server: record }),
  handler: async (input, { account }) => {
    const { app, server } = await account.app(input.app_id, input.server_id);
    return { app: appView(app, "full"), server: serverOnlyView(server, "concise") };
  },
});

const credentialRecord = z.object({
  id: idNumber,
  sys_user: looseText,
  sys_password: z.string().nullish(),
  ip: looseText,
  ssh_keys: looseList(sshKeyRecord),
});

const getAppCredentials = defineAskingTool({
  name: "get_app_credentials",
  title: "Users of an application",
  toolset: "basic",
  effect: "read",
  description:
    "Shows the SSH/SFTP, database and admin users of an application and where they sign in. Passwords come " +
    "only with reveal: true, which a person has to approve; ask for that only when the user wants to see them.",
  input: z.strictObject({
    ...appInput,
    reveal: z.boolean().default(false).describe("Show the passwords; asks a person first."),
  }),
  output: z.looseObject({ ...appOutput, revealed: z.boolean(), main: record, additional: records }),
  revealsSecrets: (input) => input.reveal,
  // Without passwords it is a plain read.
  facts: (input, context) => appFactsIf(input.reveal, input, context),
  question(facts, { reveal }) {
    if (!reveal) return undefined;
    return {
      headline: `Show the passwords of application ${facts.app.id}.`,
      ...onApp(facts),
      consequences: [
        "The assistant, and whoever reads the conversation with it, sees the passwords of the application's users " +
        "and of its database and Redis.",
        "It can't be undone; what was shown is safe again only once the passwords are changed.",
      ],
    };
  },
  handler: async (input, { account }, { app, server }) => {
    const query = idsOf({ app, server });
    const reply = listReply("app_creds", credentialRecord);
    const read = input.reveal ? account.reveal.bind(account) : account.get.bind(account);
    const additional = await read("app_credentials", path`/app/creds`, reply, query);
    const main = input.reveal ? (await account.revealApp(app.id, server.id)).app : app;
    const { app_user, app_password, sys_user, sys_password } = main;
    const { mysql_db_name, mysql_user, mysql_password, redis_password } = main;
    return {
      ...namesOf({ app, server }),
      host: server.public_ip,
      domain: domainOf(app),
      revealed: input.reveal,
      main: {
        app_user,
        app_password,
        sys_user,
        sys_password,
        mysql_db_name,
        mysql_user,
        mysql_password,
        redis_password,
      },
      additional: additional.map(({ id, sys_user, sys_password, ip, ssh_keys }) => (
        { id, sys_user, sys_password: sys_password ?? null, host: ip, ssh_keys }
      )),
    };
  },
});

/** Members of the settings that are 0 or 1, as numbers or as text, and mean no or yes. */
function flagsAsBooleans(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isFlag = (value: unknown) => value === 0 || value === 1 || value === "0" || value === "1";
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, isFlag(value) ? looseFlag.parse(value) : value]),
  );
}

const getAppSettings = defineTool({
  name: "get_app_settings",
  title: "Settings of an application",
  toolset: "basic",
  effect: "read",
  description:
    "Shows the setting flags of an application, such as HTTPS enforcement, XML-RPC, WebP, WP cron and device " +
    "detection.",
  input: z.strictObject(appInput),
  output: z.looseObject({ ...appOutput, settings: record }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const reply = await account.get("app_settings_get", path`/app/get_settings_value`, record, idsOf(found));
    const { status: _status, application_id: _id, ...settings } = reply;
    return { ...namesOf(found), settings: flagsAsBooleans(withIsoTimes(settings)) };
  },
});

const diskReply = memberReply(
  "content",
  looseObject({ app_home: looseNumber, app_mysql: looseNumber, total: looseNumber }),
);
const tablesReply = listReply("content", z.looseObject({ name: looseText, size: looseNumber }));

const getAppMonitoringSummary = defineTool({
  name: "get_app_monitoring_summary",
  title: "Disk use of an application",
  toolset: "basic",
  effect: "read",
  description: "Shows how much disk an application uses, files and database apart, and its largest database tables. " +
    "Not bandwidth. Costs two requests.",
  input: z.strictObject(appInput),
  output: z.looseObject({
    ...appOutput,
    files_kb: z.number().nullable(),
    database_kb: z.number().nullable(),
    total_kb: z.number().nullable(),
    largest_tables: records,
  }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const ask = <T>(type: string, reply: z.ZodType<T>) =>
      account.get("monitoring_app_summary", path`/app/monitor/summary`, reply, { ...idsOf(found), type });
    const [disk, tables] = await Promise.all([ask("bw", diskReply), ask("db", tablesReply)]);
    return {
      ...namesOf(found),
      files_kb: disk.app_home,
      database_kb: disk.app_mysql,
      total_kb: disk.total,
      largest_tables: tables.map(({ name, size }) => ({ name, size_kb: size })),
    };
  },
});

const projectRecord = z.object({ id: idNumber, name: looseText, is_default: looseFlag, created_at: looseText });

const listProjects = defineTool({
  name: "list_projects",
  title: "List projects",
  toolset: "basic",
  effect: "read",
  description: "Lists the projects of the account with the applications in each.",
  input: noInput,
  output: z.looseObject({ projects: records }),
  handler: async (_input, { account }) => {
    const [projects, servers] = await Promise.all([
      account.get("project_list", path`/project`, listReply("projects", projectRecord)),
      account.servers(),
    ]);
    const apps = servers.flatMap(knownApps);
    return {
      projects: projects.map(({ id, name, is_default, created_at }) => ({
        id,
        name,
        is_default,
        created_at: isoTime(created_at),
        apps: apps.filter((app) => app.project_id === id).map((app) => ({ id: app.id, label: app.label })),
      })),
    };
  },
});

const memberRecord = z.object({
  id: idNumber,
  name: looseText,
  email: looseText,
  status: looseText,
  role: looseText,
  added_on: looseText,
  account_disabled: looseFlag,
  permissions: z.unknown().optional(),
});
const membersReply = memberReply("contents", looseObject({ members: looseList(memberRecord) }));

const listTeamMembers = defineTool({
  name: "list_team_members",
  title: "List team members",
  toolset: "basic",
  effect: "read",
  description: "Lists the people who share the account, with their roles and permissions.",
  input: noInput,
  output: z.looseObject({ members: records }),
  handler: async (_input, { account }) => {
    const { members } = await account.get("team_member_list", path`/member`, membersReply);
    return {
      members: members.map(({ id, name, email, status, role, added_on, account_disabled, permissions }) => (
        { id, name, email, active: status === "1", role, added_at: isoTime(added_on), account_disabled, permissions }
      )),
    };
  },
});

const alertRecord = z.object({
  id: idNumber,
  server_id: idNumber.nullish().catch(null),
  app_id: idNumber.nullish().catch(null),
  details: z.looseObject({ subject: looseText, desc: looseText, template_slug: looseText }).optional().catch(undefined),
  created_at: looseText,
  is_read: flagOrNull,
});

/** Alerts of one kind about the same thing as one entry, newest first. The words are those of the newest. */
function groupedAlerts(page: readonly z.output<typeof alertRecord>[]) {
  const groups = Map.groupBy(page, ({ details, server_id, app_id }) => {
    const kind = details?.template_slug || details?.subject || "";
    return JSON.stringify([kind, server_id ?? null, app_id ?? null]);
  });
  return [...groups.values()].flatMap((group) => {
    const [newest] = group;
    const oldest = group.at(-1);
    if (newest === undefined || oldest === undefined) return [];
    const read = group.map(({ is_read }) => is_read);
    return [{
      id: newest.id,
      server_id: newest.server_id ?? null,
      app_id: newest.app_id ?? null,
      subject: newest.details?.subject ?? "",
      description: newest.details?.desc ?? "",
      ids: group.map(({ id }) => id),
      count: group.length,
      unread_count: read.includes(null) ? null : read.filter((isRead) => isRead === false).length,
      first_at: isoTime(oldest.created_at),
      last_at: isoTime(newest.created_at),
    }];
  });
}

const getAlerts = defineTool({
  name: "get_alerts",
  title: "Alerts",
  toolset: "basic",
  effect: "read",
  description:
    "Lists the alerts of the account, newest first. The same one of the same server or application stands once, " +
    "with how often (count), first and last time. For older ones call again with before_id as next_before_id says.",
  input: z.strictObject({
    before_id: z.int().min(1).optional().describe("Only alerts older than this alert id."),
  }),
  output: z.looseObject({ alerts: records, next_before_id: z.number().nullable() }),
  handler: async (input, { account }) => {
    const reply = listReply("alerts", alertRecord);
    const found = input.before_id === undefined
      ? await account.get("cloudways_bot_alerts_list", path`/alerts/`, reply)
      : await account.get("cloudways_bot_alerts_page_list", path`/alerts/${input.before_id}`, reply);
    const page = fitting(found.sort((a, b) => b.id - a.id));
    return { alerts: groupedAlerts(page), next_before_id: page.at(-1)?.id ?? null };
  },
});

/** The keys of an application's users. One application that can't be read does not hide the keys of the others. */
async function appKeys(account: CloudwaysAccount, serverId: number, { id, label }: AppRecord) {
  const query = { server_id: serverId, app_id: id };
  try {
    const users = await account.get(
      "app_credentials",
      path`/app/creds`,
      listReply("app_creds", credentialRecord),
      query,
    );
    const keys = users.flatMap((user) =>
      user.ssh_keys.map((key) => ({ ...key, app_id: id, app_label: label, sys_user: user.sys_user }))
    );
    return { keys, problems: [] };
  } catch (error) {
    if (!(error instanceof ToolError) || error.code === "authentication_failed") throw error;
    const { code, message } = error;
    return { keys: [], problems: [{ app_id: id, app_label: label, code, message, ...sayingOf(error) }] };
  }
}

const getSshKeys = defineTool({
  name: "get_ssh_keys",
  title: "SSH keys of a server",
  toolset: "basic",
  effect: "read",
  description:
    "Lists labels and ids of the SSH keys of a server and of its applications' users. Costs one request for " +
    "each application.",
  input: z.strictObject(serverInput),
  output: z.looseObject({
    ...serverOutput,
    server_ssh_keys: records,
    app_ssh_keys: records,
    problems: records,
  }),
  handler: async (input, { account }) => {
    const server = await account.server(input.server_id);
    const perApp = await Promise.all(knownApps(server).map((app) => appKeys(account, server.id, app)));
    return {
      ...namesOfServer(server),
      server_ssh_keys: server.ssh_keys,
      app_ssh_keys: perApp.flatMap(({ keys }) => keys),
      problems: perApp.flatMap(({ problems }) => problems),
    };
  },
});

const REFERENCE_NOTE = "The same for every account; at most an hour old.";

const getAvailableProviders = defineTool({
  name: "get_available_providers",
  title: "Cloud providers",
  toolset: "basic",
  effect: "read",
  description: `Lists the cloud providers that servers can run on, with the codes other lists use. ${REFERENCE_NOTE}`,
  input: noInput,
  output: z.looseObject({ providers: records }),
  handler: async (_input, { account }) => await account.reference(PROVIDERS),
});

/** Keeps one provider's entry where one is asked for; an unknown provider is said to be so. */
function ofProvider<T>(byProvider: Readonly<Record<string, T>>, wanted: string | undefined): Record<string, T> {
  if (wanted === undefined) return { ...byProvider };
  const found = Object.entries(byProvider).filter(([code]) => code === wanted.toLowerCase());
  if (found.length > 0) return Object.fromEntries(found);
  throw new ToolError("not_found", `There is no provider ${JSON.stringify(wanted)} in this list.`, {
    hint: "Use one of those in details.",
    details: { providers: Object.keys(byProvider) },
  });
}

const getAvailableRegions = defineTool({
  name: "get_available_regions",
  title: "Regions",
  toolset: "basic",
  effect: "read",
  description: `Lists the regions of each cloud provider, by provider code. ${REFERENCE_NOTE}`,
  input: z.strictObject({ provider }),
  output: z.looseObject({ regions: record }),
  handler: async (input, { account }) => ({
    regions: ofProvider((await account.reference(REGIONS)).regions, input.provider),
  }),
});

const getAvailableServerSizes = defineTool({
  name: "get_available_server_sizes",
  title: "Server sizes",
  toolset: "basic",
  effect: "read",
  description: `Lists the server sizes of each cloud provider, by provider code. ${REFERENCE_NOTE}`,
  input: z.strictObject({ provider }),
  output: z.looseObject({ sizes: record }),
  handler: async (input, { account }) => ({
    sizes: ofProvider((await account.reference(SERVER_SIZES)).sizes, input.provider),
  }),
});

const getAvailableApps = defineTool({
  name: "get_available_apps",
  title: "Installable applications",
  toolset: "basic",
  effect: "read",
  description:
    "Lists the applications Cloudways can install, with their versions. Not the applications of the account: " +
    `those are in list_servers. ${REFERENCE_NOTE}`,
  input: noInput,
  output: z.looseObject({ apps: records }),
  handler: async (_input, { account }) => await account.reference(APPS),
});

/** The platforms that servers run, and which packages are listed for none of their versions. */
function coverageOf(packages: Readonly<Record<string, unknown>>, servers: readonly ServerRecord[]) {
  const byPlatform = Map.groupBy(servers.filter(({ platform }) => platform !== ""), ({ platform }) => platform);
  const platforms = [...byPlatform].sort(([a], [b]) => a < b ? -1 : 1).map(([platform, own]) => ({
    platform,
    servers: own.map(({ id, label }) => ({ id, label })),
    packages: Object.keys(packages).filter((name) => isListedFor(packages[name], platform)),
  }));
  const missing = platforms.filter((one) => one.packages.length === 0).flatMap((one) => one.servers);
  const problems = missing.length === 0 ? [] : [
    `Cloudways lists no versions for the platform of ${missing.length} servers, so what they can have is not known: ` +
    `${missing.slice(0, 20).map(({ id }) => id).join(", ")}. Look at get_server_settings for what they have.`,
  ];
  return { platforms, problems };
}

function isListedFor(versions: unknown, platform: string): boolean {
  return record.safeParse(versions).data?.[platform] !== undefined;
}

const getAvailablePackages = defineTool({
  name: "get_available_packages",
  title: "Installable packages",
  toolset: "basic",
  effect: "read",
  description: "Lists the packages a server can have (PHP, MySQL, Redis and so on) and their versions, by platform. " +
    `${REFERENCE_NOTE} Beside it the platforms of the account's servers.`,
  input: noInput,
  output: z.looseObject({ packages: record, platforms: records, problems: z.array(z.string()) }),
  handler: async (_input, { account }) => {
    const [{ packages }, servers] = await Promise.all([
      account.reference(PACKAGES),
      account.servers().catch((error) => nullIfRefused(error)),
    ]);
    return { packages, ...coverageOf(packages, servers ?? []) };
  },
});

const getOperationStatus = defineTool({
  name: "get_operation_status",
  title: "State of an operation",
  toolset: "basic",
  effect: "read",
  slow: true,
  description: "Shows how far an operation is that another tool started, and its result when it was a report. With " +
    "wait_seconds it waits for the end. An operation that failed comes back as an error.",
  input: z.strictObject({
    operation_id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/, "must be an operation id, such as 92897180 or flex-92994091")
      .describe("As another tool gave it: 92897180, flex-92994091 or a UUID."),
    wait_seconds: waitSeconds(0),
  }),
  output: z.looseObject({
    operation_id: z.string(),
    status: z.enum(["running", "completed"]),
    next_step: z.string().optional(),
  }),
  handler: async (input, context) => {
    const { account, progress } = context;
    const state = await account.waitForOperation(input.operation_id, waitOptions(input.wait_seconds, progress));
    if (state.status === "failed") throw new Error("a failed operation is thrown, never returned");
    if (state.status === "completed") {
      return { ...state, status: state.status, ...await shownResult(state, context), ...afterWork(state) };
    }
    return { ...state, status: state.status, next_step: "Still running. Call again with wait_seconds to wait for it." };
  },
});

/** In the order in which they are listed here; the catalogue sorts. */
export const basicTools: readonly Tool[] = [
  ping,
  customerInfo,
  rateLimitStatus,
  listServers,
  findResources,
  getServerDetails,
  getAppDetails,
  getAppCredentials,
  getAppSettings,
  getAppMonitoringSummary,
  listProjects,
  listTeamMembers,
  getAlerts,
  getSshKeys,
  getAvailableProviders,
  getAvailableRegions,
  getAvailableServerSizes,
  getAvailableApps,
  getAvailablePackages,
  getOperationStatus,
  getAuditLog,
];
