import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Clock, systemClock } from "../../src/async/clock.ts";
import { type Answer, answer, type Backstage, greeting } from "./answer.ts";
import { type Habits, type ReplyForms, usualHabits } from "./call.ts";
import { type Fault, FaultBook } from "./faults.ts";
import { type AccessTokenSpec, type AccountSpec, DEMO_ACCOUNT, makeAccount } from "./make_account.ts";
import { OperationBook, type OperationPace } from "./operation_book.ts";
import { createRandom, seedFrom } from "./prng.ts";
import { RateLimiter } from "./rate_limit.ts";
import { type ReadRequest, readRequest } from "./read_request.ts";
import { blockedPage } from "./refusals.ts";
import { findRoute, type PathSpelling, type Route } from "./routes.ts";
import type { AccountState, OperationState } from "./state.ts";
import { type AuthorizationKind, type Identity, TokenBook } from "./tokens.ts";

/** Options for a sandbox. */
export interface SandboxOptions {
  /** The seed of all made-up data. Default 1. */
  seed?: number;
  /** Made-up times are before this one; milliseconds since the Unix epoch. Default the time of the start. */
  epoch?: number;
  /** Port on 127.0.0.1; default any free one. */
  port?: number;
  /** Default the real one. */
  clock?: Clock;
  /** Default `[DEMO_ACCOUNT]`. */
  accounts?: readonly AccountSpec[];
  /** Which of two forms replies have, if sources differ. Default live. */
  forms?: ReplyForms;
  /** How the API behaves, where sources differ about more than the form of a reply. Default {@linkcode usualHabits}. */
  habits?: Partial<Habits>;
  /** Which of two documented spellings of a path works; the other answers the greeting. Default main. */
  paths?: PathSpelling;
  /** Requests a minute and account. Default 100. */
  rateLimitPerMinute?: number;
  /** Sign-ins a minute and e-mail. Default 10. */
  exchangesPerMinute?: number;
  /** How long operations take. Default: done at the second poll, or after 10 s. */
  pace?: Partial<OperationPace>;
  /** Requests for unknown paths are not violations. */
  expectUnknownPaths?: boolean;
}

/** A request that came in. */
export interface RecordedRequest {
  method: string;
  path: string;
  /** Absent if no operation has that method and path. */
  operationId: string | undefined;
  query: Record<string, string[]>;
  /** Path, query and body together. */
  fields: Record<string, unknown>;
  /** The status of the answer; undefined while there is no answer, or if the connection was closed without one. */
  status: number | undefined;
  authorizationKind: AuthorizationKind;
  /** The Authorization header as it came. */
  authorization: string | undefined;
  /** The account that the token belongs to. */
  email: string | undefined;
  /** All headers, names in small letters. */
  headers: Record<string, string>;
  /** When it came, in milliseconds of the sandbox's clock. */
  at: number;
}

/** A wrong request. */
export interface Violation {
  request: RecordedRequest;
  /** What was wrong, in words. */
  problem: string;
}

/** A running fake of the Cloudways API. */
export interface Sandbox extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/api/v2` */
  readonly baseUrl: string;
  /** In the order of their arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Every request that was wrong against the facts. */
  readonly violations: readonly Violation[];
  /** The requests for one operation. */
  requestsTo(operationId: string): RecordedRequest[];
  /** Forgets all requests but so many of the first. */
  keepRequests(count: number): void;
  /** Throws a list of all violations, if there is any. */
  assertNoViolations(): void;
  /** Makes requests fail; returns a function that ends it. */
  addFault(fault: Fault): () => void;
  /** The account of that e-mail, by default the first. Tests may change it. */
  account(email?: string): AccountState;
  /** Forgets requests, violations, faults and rate counters; accounts stay as they are. */
  reset(): void;
  /**
   * Makes the accounts again, as a sandbox that starts now has them, and forgets everything but violations. The first
   * gets these access tokens, so that the program under test takes it for a customer that it has never seen.
   */
  startOver(accessTokens: readonly AccessTokenSpec[]): void;
  /** Every exchanged token becomes invalid. */
  expireTokens(): void;
  /** The API key no longer signs in. */
  revokeKey(email?: string): void;
  /** An access token made in the platform becomes invalid. */
  revokeToken(token: string): void;
  /** Ends a running operation with success. */
  finishOperation(id: string | number): void;
  /** Ends a running operation with a failure. */
  failOperation(id: string | number): void;
  /** Makes the next operations end with a failure. */
  failNextOperations(count?: number): void;
}

/** Starts a sandbox. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = new RunningSandbox(options);
  await sandbox.listen(options.port ?? 0);
  return sandbox;
}

class RunningSandbox implements Sandbox {
  readonly requests: RecordedRequest[] = [];
  readonly violations: Violation[] = [];
  readonly #options: SandboxOptions;
  #backstage: Backstage;
  readonly #faults = new FaultBook();
  readonly #closing = new AbortController();
  readonly #server: Server;
  #port = 0;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.#backstage = makeBackstage(options, specsOf(options));
    this.#server = createServer((message, response) => {
      this.#serve(message, response).catch((error) => this.#reportCrash(error, response));
    });
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}/api/v2`;
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", () => {
        const address = this.#server.address();
        if (typeof address === "object" && address !== null) this.#port = address.port;
        resolve();
      });
    });
  }

  keepRequests(count: number): void {
    this.requests.length = Math.min(count, this.requests.length);
  }

  requestsTo(operationId: string): RecordedRequest[] {
    return this.requests.filter((request) => request.operationId === operationId);
  }

  assertNoViolations(): void {
    if (this.violations.length === 0) return;
    const lines = this.violations.map(({ request, problem }) => `- ${request.method} ${request.path}: ${problem}`);
    throw new Error(`Requests against the facts:\n${lines.join("\n")}`);
  }

  addFault(fault: Fault): () => void {
    return this.#faults.add(fault);
  }

  account(email?: string): AccountState {
    const { accounts } = this.#backstage;
    const found = email === undefined ? accounts[0] : accounts.find((account) => account.email === email);
    if (found === undefined) throw new Error(`The sandbox has no account ${email ?? ""}`);
    return found;
  }

  reset(): void {
    this.requests.length = 0;
    this.violations.length = 0;
    this.#faults.clear();
    this.#backstage.rates.reset();
  }

  startOver(accessTokens: readonly AccessTokenSpec[]): void {
    this.requests.length = 0;
    this.#faults.clear();
    const [first, ...others] = specsOf(this.#options);
    this.#backstage = makeBackstage(this.#options, first ? [{ ...first, accessTokens }, ...others] : []);
  }

  expireTokens(): void {
    this.#backstage.tokens.expireAll();
  }

  revokeKey(email?: string): void {
    this.account(email).keyRevoked = true;
  }

  revokeToken(token: string): void {
    for (const account of this.#backstage.accounts) {
      account.accessTokens = account.accessTokens.filter((one) => one.token !== token);
    }
  }

  finishOperation(id: string | number): void {
    this.#backstage.book.finish(this.#operation(id));
  }

  failOperation(id: string | number): void {
    this.#backstage.book.fail(this.#operation(id));
  }

  failNextOperations(count = 1): void {
    this.#backstage.book.failNext(count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error("The sandbox is closing"));
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(message);
    const route = findRoute(request.method, request.path, this.#options.paths ?? "main");
    const identity = this.#backstage.tokens.identify(request.headers.authorization);
    const recorded = this.#record(request, route, identity);
    if (isBlockedAgent(request.headers["user-agent"])) {
      return this.#send(response, recorded, { status: 403, html: blockedPage, headers: {} });
    }
    const fault = this.#faults.take(request.method, request.path.replace("/api/v2", ""), recorded.operationId);
    const result = this.#answerUnlessFaulty(request, route, identity, fault, recorded);
    if (fault === undefined) return this.#send(response, recorded, result);
    await this.#misbehave(fault, message, response, recorded, result);
  }

  /** A request with a fault is checked too, but changes nothing unless the fault says so. */
  #answerUnlessFaulty(
    request: ReadRequest,
    route: Route,
    identity: Identity,
    fault: Fault | undefined,
    recorded: RecordedRequest,
  ): Answer {
    const takesEffect = fault === undefined || fault.afterEffect === true || fault.kind === "truncate" ||
      (typeof fault.kind === "object" && "delayMs" in fault.kind);
    const result = answer(route, request, identity, this.#backstage, takesEffect);
    recorded.fields = result.fields;
    const forgiven = route.kind !== "operation" && (fault !== undefined || this.#options.expectUnknownPaths === true);
    for (const problem of forgiven ? [] : result.problems) this.violations.push({ request: recorded, problem });
    return result;
  }

  async #misbehave(
    { kind }: Fault,
    message: IncomingMessage,
    response: ServerResponse,
    recorded: RecordedRequest,
    result: Answer,
  ): Promise<void> {
    if (kind === "hang") return;
    if (kind === "drop") return void message.socket.destroy();
    if (kind === "truncate") {
      recorded.status = result.status;
      return await truncate(message, response, result);
    }
    if (kind === "garbage") return this.#send(response, recorded, { status: 200, text: "<<< not JSON", headers: {} });
    if (kind === "greeting") return this.#send(response, recorded, { status: 200, text: greeting, headers: {} });
    if ("redirect" in kind) {
      return this.#send(response, recorded, { status: 302, text: "", headers: { Location: kind.redirect } });
    }
    if ("delayMs" in kind) {
      try {
        await this.#backstage.clock.sleep(kind.delayMs, this.#closing.signal);
      } catch {
        return;
      }
      return this.#send(response, recorded, result);
    }
    const { status, body, html, headers = {} } = kind;
    const page = `<html><body><h1>${status}</h1></body></html>`;
    const content = html ? { html: typeof body === "string" ? body : page } : { body: body ?? { message: "Fault" } };
    this.#send(response, recorded, { status, headers, ...content });
  }

  #record(request: ReadRequest, route: Route, identity: Identity): RecordedRequest {
    const query: Record<string, string[]> = {};
    for (const [name, value] of request.query) (query[name] ??= []).push(value);
    const recorded: RecordedRequest = {
      method: request.method,
      path: request.path,
      operationId: route.kind === "operation" ? route.operation.id : undefined,
      query,
      fields: {},
      status: undefined,
      authorizationKind: identity.kind,
      authorization: request.headers.authorization,
      email: identity.account?.email,
      headers: request.headers,
      at: this.#backstage.clock.now(),
    };
    this.requests.push(recorded);
    return recorded;
  }

  #send(response: ServerResponse, recorded: RecordedRequest, content: Content): void {
    recorded.status = content.status;
    const { type, text } = encode(content);
    response.writeHead(content.status, { "Content-Type": type, ...content.headers });
    response.end(text);
  }

  /** Answers with the error if the sandbox itself crashes, so that the test shows it. */
  #reportCrash(error: unknown, response: ServerResponse): void {
    if (this.#closing.signal.aborted) return;
    const reason = error instanceof Error ? error.stack ?? error.message : String(error);
    if (!response.headersSent) response.writeHead(500, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ message: `The sandbox crashed: ${reason}` }));
  }

  #operation(id: string | number): OperationState {
    const all = this.#backstage.accounts.flatMap((account) => account.operations);
    const found = all.find((operation) => operation.id === String(id));
    if (found === undefined) throw new Error(`The sandbox has no operation ${id}`);
    return found;
  }
}

function specsOf({ accounts = [DEMO_ACCOUNT] }: SandboxOptions): readonly AccountSpec[] {
  return accounts;
}

/** What the answers of a fresh sandbox are made from. */
function makeBackstage(options: SandboxOptions, specs: readonly AccountSpec[]): Backstage {
  const seed = options.seed ?? 1;
  const clock = options.clock ?? systemClock;
  const random = createRandom(seedFrom("sandbox", seed));
  const accounts = specs.map((spec, index) => makeAccount(spec, index, seed, options.epoch ?? clock.now()));
  return {
    clock,
    random,
    accounts,
    forms: options.forms ?? "live",
    habits: { ...usualHabits, ...options.habits },
    tokens: new TokenBook(clock, random, accounts),
    rates: new RateLimiter(clock),
    book: new OperationBook(clock, random, { polls: 2, seconds: 10, ...options.pace }),
    limits: { perMinute: options.rateLimitPerMinute ?? 100, exchangesPerMinute: options.exchangesPerMinute ?? 10 },
  };
}

interface Content {
  status: number;
  headers: Record<string, string>;
  body?: unknown;
  text?: string;
  html?: string;
}

function isBlockedAgent(agent: string | undefined): boolean {
  return agent === undefined || agent === "" || /^python-urllib/i.test(agent);
}

function encode(content: Content): { type: string; text: string } {
  if (content.html !== undefined) return { type: "text/html; charset=UTF-8", text: content.html };
  if (content.text !== undefined) return { type: "text/plain; charset=UTF-8", text: content.text };
  if (content.body === blockedPage) return { type: "text/html; charset=UTF-8", text: blockedPage };
  if (content.body === greeting) return { type: "text/plain; charset=UTF-8", text: greeting };
  // Some calls have an empty answer.
  return { type: "application/json", text: content.body === undefined ? "" : JSON.stringify(content.body) };
}

/** Announces the length of the whole answer, sends half of it and closes the connection. */
async function truncate(message: IncomingMessage, response: ServerResponse, result: Answer): Promise<void> {
  const { type, text } = encode(result);
  const bytes = new TextEncoder().encode(text);
  response.writeHead(result.status, { "Content-Type": type, "Content-Length": String(bytes.byteLength) });
  await new Promise<void>((resolve) => response.write(bytes.slice(0, bytes.byteLength >> 1), () => resolve()));
  message.socket.destroy();
}
