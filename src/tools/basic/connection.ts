/** Whether Cloudways accepts the caller, and how many requests are left. */
import * as z from "zod";
import { knowsCredentials } from "../../cloudways/client.ts";
import { sayingOf } from "../../cloudways/replies.ts";
import type { UpstreamLimit } from "../../cloudways/upstream_limits.ts";
import { ToolError } from "../../errors.ts";
import type { Caller, CallerConnection } from "../../identity/caller.ts";
import { traitsOf } from "../../identity/credential.ts";
import { shortCustomerId } from "../../identity/customer_id.ts";
import { TOOLSETS } from "../../identity/toolsets.ts";
import { noInput } from "../define/inputs.ts";
import { records } from "../define/outputs.ts";
import { defineAnonymousTool, defineTool, type Tool } from "../define/tool.ts";

const isoTimeOrNull = z.string().nullable();

const ping = defineAnonymousTool({
  name: "ping",
  title: "Check the connection",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description: "Says whether this service answers, whether credentials came, and whether Cloudways accepts them now. " +
    "Use it first when other tools fail.",
  input: noInput,
  output: () =>
    z.looseObject({
      service: z.string(),
      signed_in_with: z.string(),
      accepted: z.boolean().nullable(),
      message: z.string(),
    }),
  anonymousHandler: async (_input, { account, caller }) => {
    if (account === undefined) {
      const problem = caller.identity.kind === "none" ? caller.identity.error : undefined;
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
  accountWide: false,
  description:
    "Shows what this service knows of the caller: customer id, kind of credential, connection and its bounds, when " +
    "first and last seen, and when the sign-in token ends. Costs a request only where Cloudways was not asked for ten minutes.",
  input: noInput,
  output: () =>
    z.looseObject({
      customer_id: z.string(),
      signed_in_with: z.string(),
      email: z.string().nullable(),
      first_seen: isoTimeOrNull,
      last_seen: isoTimeOrNull,
      token_expires_at: isoTimeOrNull,
      connection: z.looseObject({}).optional(),
      only_servers: z.array(z.number()).optional().describe("The ids of the only servers it may use; absent for all."),
    }),
  handler: async (_input, { account, caller }) => {
    const seen = await account.acceptedRecord();
    const { customer, client } = account;
    const expiresAt = await client.tokenExpiresAt(customer);
    // The e-mail is only a claim until Cloudways has accepted it with its key.
    const email = seen === undefined ? undefined : traitsOf(customer.credential).email;
    const known = {
      customer_id: shortCustomerId(customer.id),
      signed_in_with: customer.credential.kind,
      email: email ?? null,
      first_seen: isoTime(seen?.firstSeen),
      last_seen: isoTime(seen?.lastSeen),
      token_expires_at: isoTime(expiresAt),
    };
    if (caller.connection === undefined && caller.servers === undefined) return known;
    return {
      ...known,
      ...(caller.connection && { connection: shownConnection(caller, caller.connection) }),
      ...(caller.servers !== undefined && { only_servers: [...caller.servers].sort((a, b) => a - b) }),
    };
  },
});

function isoTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

/** The connection of a caller that signed in, and what it may do. */
function shownConnection({ readOnly, toolsets }: Caller, { id, client, endsAt, servers }: CallerConnection) {
  return {
    id,
    client,
    read_only: readOnly,
    toolsets: TOOLSETS.filter((toolset) => toolsets.has(toolset)),
    servers: servers ?? "all",
    ends_at: endsAt,
  };
}

/** Whether to show a limit: requests are paused, less than half of it is left, or Cloudways doesn't say how much is. */
function isLow({ limit, remaining, pausedUntil }: UpstreamLimit, now: number): boolean {
  return pausedUntil > now || limit === undefined || remaining === undefined || remaining < limit / 2;
}

const rateLimitStatus = defineTool({
  name: "rate_limit_status",
  title: "Rate limits",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description:
    "Shows how many requests are left: this service's own limit for the caller, and what Cloudways last said " +
    "of its limits where less than half is left. Costs a request only where Cloudways was not asked for ten minutes. " +
    "Use it before a long series of calls, or after rate_limited.",
  input: noInput,
  output: () =>
    z.looseObject({
      limit: z.number(),
      remaining: z.number(),
      window_seconds: z.number(),
      refill_per_second: z.number(),
      cloudways: records,
      cloudways_half_or_more: z.number().describe("How many operations have half of their limit left, or more."),
    }),
  handler: async (_input, { account, clock }) => {
    const { capacity, windowSeconds } = account.client.bucketLimit;
    // Cloudways' limits are data of the account, so its credentials are checked first. Our own limit is not.
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

/** The tools of this file. */
export const connectionTools: readonly Tool[] = [ping, customerInfo, rateLimitStatus];
