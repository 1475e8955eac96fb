import type { Clock } from "../../src/async/clock.ts";
import type { Call, Habits, ReplyForms } from "./call.ts";
import { checkRequest } from "./check_request.ts";
import { exampleOf, type OperationFacts } from "./facts.ts";
import { handlers } from "./handlers/mod.ts";
import type { OperationBook } from "./operation_book.ts";
import type { Random } from "./prng.ts";
import type { RateLimiter, RateVerdict } from "./rate_limit.ts";
import type { ReadRequest } from "./read_request.ts";
import { findRecords, refuseIfBusy } from "./records.ts";
import { blocked, invalidFields, Refusal } from "./refusals.ts";
import type { Route } from "./routes.ts";
import { checkRules } from "./rules.ts";
import type { AccountState } from "./state.ts";
import type { Identity, TokenBook } from "./tokens.ts";

/** What every answer is made from. */
export interface Backstage {
  clock: Clock;
  random: Random;
  forms: ReplyForms;
  habits: Habits;
  accounts: AccountState[];
  tokens: TokenBook;
  rates: RateLimiter;
  book: OperationBook;
  limits: { perMinute: number; exchangesPerMinute: number };
}

/** An answer, and what was wrong with the request. */
export interface Answer {
  status: number;
  body: unknown;
  headers: Record<string, string>;
  fields: Record<string, unknown>;
  problems: string[];
}

/** The answer to unknown paths, with status 200. */
export const greeting = "You have reached Cloudways API.";

/** Answers a request: route, token, scope, fields, records, busy, rate, in this order; then the effect. */
export function answer(
  route: Route,
  request: ReadRequest,
  identity: Identity,
  backstage: Backstage,
  takesEffect = true,
): Answer {
  const result: Answer = { status: 200, body: greeting, headers: {}, fields: {}, problems: headerProblems(request) };
  const anonymous = identity.account === undefined;
  try {
    if (route.kind === "operation") {
      const { operation } = route;
      const rate = () => countRequest(operation, identity, backstage);
      const done = operation.id === "oauth_access_token_create" ? exchange : perform;
      result.body = done({ operation, path: route.path, request, identity, backstage, result, rate, takesEffect });
    } else {
      if (route.kind !== "moved") result.problems.push(`no operation ${request.method} ${request.path}`);
      if (route.kind === "invented" || backstage.habits.unknownPaths === "not_found") {
        throw new Refusal(404, { message: "Not found" });
      }
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    result.status = error.status;
    result.body = error.body;
    Object.assign(result.headers, error.headers);
  }
  if (!("X-RateLimit-Limit" in result.headers)) {
    const limit = backstage.limits.perMinute;
    const key = anonymous ? "anonymous" : `account ${identity.account?.email}`;
    Object.assign(result.headers, rateHeaders(backstage.rates.take(key, limit)));
  }
  return result;
}

interface Step {
  operation: OperationFacts;
  path: Record<string, string>;
  request: ReadRequest;
  identity: Identity;
  backstage: Backstage;
  result: Answer;
  /** Counts the request; refuses it if there were too many. */
  rate(): RateVerdict;
  /** False: checks the request and changes nothing. */
  takesEffect: boolean;
}

function perform({ operation, path, request, identity, backstage, result, rate, takesEffect }: Step): unknown {
  const checked = checkRequest(operation, path, request);
  result.fields = checked.fields;
  result.problems.push(...checked.problems);
  if (operation.formOnly && request.query.length > 0) throw blocked();
  const { account } = identity;
  if (identity.kind === "none") throw new Refusal(400, { message: "Access token missing" });
  if (account === undefined) throw new Refusal(401, { message: "Unauthorized" });
  if (identity.scopes !== undefined && !identity.scopes.includes(operation.id)) {
    throw new Refusal(403, {
      error: "insufficient_scope",
      message: "This token does not have access to this endpoint",
    });
  }
  const errors = { ...checkRules(operation.id, checked.fields), ...checked.errors };
  if (Object.keys(errors).length > 0) {
    if (Object.keys(checked.errors).length === 0) result.problems.push(`refused: ${JSON.stringify(errors)}`);
    throw invalidFields(errors);
  }
  backstage.book.settle(account);
  const { server, app } = findRecords(account, operation, checked.fields);
  refuseIfBusy(account, operation, checked.fields, server, backstage.book);
  if (!takesEffect) return {};
  Object.assign(result.headers, rateHeaders(rate()));
  const call: Call = {
    operation,
    account,
    fields: checked.fields,
    ...backstage,
    get server() {
      if (server === undefined) throw new Error(`${operation.id} names no server`);
      return server;
    },
    get app() {
      if (app === undefined) throw new Error(`${operation.id} names no application`);
      return app;
    },
  };
  return handle(call);
}

/** Operations that are not modelled answer with the documented example. */
function handle(call: Call): unknown {
  const handler = handlers[call.operation.id];
  return handler === undefined ? exampleOf(call.operation) : handler(call);
}

/** The sign-in has a limit of its own, counted before the credentials are checked. */
function exchange({ operation, path, request, backstage, result, takesEffect }: Step): unknown {
  const checked = checkRequest(operation, path, request);
  result.fields = checked.fields;
  result.problems.push(...checked.problems);
  if (Object.keys(checked.errors).length > 0) throw invalidFields(checked.errors);
  const { email, api_key } = checked.fields;
  if (!takesEffect) return {};
  const verdict = backstage.rates.take(`exchange ${String(email)}`, backstage.limits.exchangesPerMinute);
  Object.assign(result.headers, rateHeaders(verdictOrRefusal(verdict)));
  const token = backstage.tokens.exchange(String(email), String(api_key));
  if (token !== undefined) return token;
  throw new Refusal(401, { error: "invalid_credentials", error_description: "Credentials not accepted" });
}

function countRequest(operation: OperationFacts, identity: Identity, { rates, limits }: Backstage): RateVerdict {
  const email = identity.account?.email ?? "";
  if (operation.id === "analytics_app_traffic") return verdictOrRefusal(rates.take(`traffic ${email}`, 20, 90));
  return verdictOrRefusal(rates.take(`account ${email}`, limits.perMinute));
}

function verdictOrRefusal(verdict: RateVerdict): RateVerdict {
  if (verdict.retryAfter === undefined) return verdict;
  throw new Refusal(429, { message: "Too Many Requests" }, {
    ...rateHeaders(verdict),
    "Retry-After": String(verdict.retryAfter),
  });
}

function rateHeaders({ limit, remaining }: RateVerdict): Record<string, string> {
  return { "X-RateLimit-Limit": String(limit), "X-RateLimit-Remaining": String(remaining) };
}

/** Headers of another API. A request to this one must not have them. */
function headerProblems(request: ReadRequest): string[] {
  return ["x-access-token", "x-mcp-host"].filter((name) => name in request.headers).map((name) =>
    `header ${name} does not belong to this API`
  );
}
