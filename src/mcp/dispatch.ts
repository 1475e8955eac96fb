import { type CallToolResult, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { type Caller, credentialSecrets } from "../caller.ts";
import type { Clock } from "../clock.ts";
import { type AccountServices, CloudwaysAccount } from "../cloudways/account.ts";
import type { ConfirmMode } from "../config.ts";
import { ToolError } from "../errors.ts";
import { StoreError } from "../store/store.ts";
import { storeAway } from "../store/store_away.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { cleanText } from "../text.ts";
import type { AnonymousContext, PreparedCall, ToolContext } from "../tools/tool.ts";
import { invalidArguments, normaliseArguments } from "./arguments.ts";
import type { Catalogue, CatalogueEntry } from "./catalogue.ts";
import { errorResult, successResult } from "./results.ts";

/** One `tools/call`, whatever transport and era it came by. */
export interface ToolCall {
  name: string;
  args: Readonly<Record<string, unknown>>;
  caller: Caller;
  /** Aborts when the client is gone or cancels. */
  signal: AbortSignal;
  log: Logger;
  progress: ToolContext["progress"];
}

/** What {@linkcode Dispatcher} needs. */
export interface DispatcherOptions {
  catalogue: Catalogue;
  services: AccountServices;
  clock: Clock;
  metrics: Metrics;
  confirm: ConfirmMode;
  /** Milliseconds a call may take that waits for no operation. */
  callTimeoutMs: number;
}

/** Carries out tool calls: who may, with what, for how long, and what comes back. */
export class Dispatcher {
  readonly #options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /**
   * Carries out one call. Every failure of the call itself is a result.
   *
   * @throws {ProtocolError} -32602 for a tool that is not there for this caller.
   */
  async call(request: ToolCall): Promise<CallToolResult> {
    const call = { ...request, log: request.log.with({ tool: cleanText(request.name, { maxLength: 80 }) }) };
    const found = this.#options.catalogue.lookUp(call.name, call.caller);
    if (found.kind === "unknown") {
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `Unknown tool: ${cleanText(call.name, { maxLength: 80 })}`,
      );
    }
    const { identity, requestId } = call.caller;
    const secrets = identity instanceof ToolError ? [] : credentialSecrets(identity.credential);
    const startedAt = performance.now();
    let outcome = "ok";
    try {
      if (found.kind === "read_only") throw readOnlyRefusal(call.name);
      const prepared = this.#prepare(found.entry, call);
      const value = await this.#run(found.entry, prepared, call);
      return successResult(value, { secrets, reveal: prepared.revealsSecrets });
    } catch (error) {
      const shown = this.#toToolError(error, call);
      outcome = shown.code;
      return errorResult(shown, requestId, secrets);
    } finally {
      const seconds = (performance.now() - startedAt) / 1000;
      this.#options.metrics.toolFinished({ tool: call.name, outcome, seconds });
      call.log.info("tool", { outcome, milliseconds: Math.round(seconds * 1000) });
    }
  }

  #prepare({ tool, listed }: CatalogueEntry, { args, caller }: ToolCall): PreparedCall {
    if (caller.identity instanceof ToolError && !tool.anonymous) throw caller.identity;
    const prepared = tool.prepare(normaliseArguments(args, listed.inputSchema));
    if (prepared instanceof Error) throw invalidArguments(tool.name, prepared, listed.inputSchema);
    if (prepared.revealsSecrets && caller.readOnly) throw readOnlyRefusal(tool.name);
    return prepared;
  }

  /** Fails closed: without a way to ask a person the answer is no, unless the operator switched asking off. */
  async #refuseUnasked(toolName: string, prepared: PreparedCall, context: AnonymousContext): Promise<void> {
    if (this.#options.confirm === "off" || !await prepared.needsYes(context)) return;
    throw new ToolError("confirmation_required", `${toolName} needs a person's yes, and there is no way to ask one.`, {
      hint: "Nothing was done. Tell the user; it can be done in the Cloudways console. The operator of this server " +
        "may set CONFIRM=off to have such calls carried out without asking.",
    });
  }

  /** Carries out a prepared call within its deadline. */
  async #run({ tool }: CatalogueEntry, prepared: PreparedCall, call: ToolCall): Promise<Record<string, unknown>> {
    const { caller, log, progress } = call;
    const { services, clock } = this.#options;
    const deadline = AbortSignal.timeout(this.#options.callTimeoutMs + waitMs(prepared.input));
    const signal = AbortSignal.any([call.signal, deadline]);
    const { identity, address } = caller;
    const account = identity instanceof ToolError
      ? undefined
      : new CloudwaysAccount(services, { customer: identity, address, signal, deadline, log });
    const context = { account, caller, clock, progress };
    await this.#refuseUnasked(tool.name, prepared, context);
    return await prepared.run(context);
  }

  #toToolError(error: unknown, { signal, log }: ToolCall): ToolError {
    if (error instanceof ToolError) {
      if (error.cause !== undefined) log.debug("cause", { code: error.code, error: error.cause });
      return error;
    }
    if (signal.aborted) return new ToolError("internal_error", "The call was cancelled.");
    if (error instanceof DOMException && error.name === "TimeoutError") {
      return new ToolError("upstream_timeout", "The call took too long and was given up.", {
        hint: "Try again in a moment. For a change, look at the present state first.",
      });
    }
    log.error("internal error", { error });
    if (error instanceof StoreError) return storeAway(error);
    return new ToolError("internal_error", "Something went wrong inside this service.", {
      hint: "Try again once. If it stays, give the request_id to the operator of this server.",
    });
  }
}

function readOnlyRefusal(toolName: string): ToolError {
  return new ToolError("read_only", `${toolName} is not available: this connection may only read.`, {
    hint: "Tell the user. Only the user or the operator can lift this, in the configuration.",
  });
}

/** Tools that wait for an operation get that time on top. */
function waitMs(input: Readonly<Record<string, unknown>>): number {
  return typeof input.wait_seconds === "number" ? input.wait_seconds * 1000 : 0;
}
