/** What a call works with: the caller's account, secrets, records and plans, within the call's deadline. */
import type { Clock } from "../async/clock.ts";
import type { AuditTrail } from "../audit/record.ts";
import { type AccountServices, type AccountSharing, CloudwaysAccount } from "../cloudways/account.ts";
import { fingerprintFor } from "../confirm/shown_call.ts";
import type { HealthThresholds } from "../config/health_thresholds.ts";
import type { Fingerprints } from "../crypto/fingerprints.ts";
import type { Caller } from "../identity/caller.ts";
import { CallSecrets } from "../secrets/call_secrets.ts";
import type { SecretPages } from "../secrets/pages.ts";
import type { Logger } from "../telemetry/log.ts";
import type { AnonymousContext, FindOptions, ToolContext } from "../tools/define/tool.ts";
import { BoundAuditReader } from "./bound_audit.ts";
import type { CallAudit } from "./call_audit.ts";
import type { Catalogue } from "./catalogue.ts";
import { CallPlans, type PlanServices } from "./plans/call_plans.ts";
import type { ToolFinder } from "./tool_finder.ts";
import type { Undoing } from "./undoing.ts";

/** What {@linkcode CallContexts} needs. */
export interface CallContextsOptions {
  catalogue: Catalogue;
  finder: ToolFinder;
  services: AccountServices;
  secretPages: SecretPages;
  fingerprints: Fingerprints;
  plans: PlanServices;
  undoing: Undoing;
  audit: AuditTrail;
  healthThresholds: HealthThresholds;
  clock: Clock;
  /** Milliseconds that a change may take. */
  writeTimeoutMs: number;
  /** When this process ends: nobody is waited for any more. */
  stopWaiting: AbortSignal;
}

/** The call that a context is for. */
export interface ContextCall {
  name: string;
  caller: Caller;
  client: string | undefined;
  audit: CallAudit;
  log: Logger;
  progress: ToolContext["progress"];
  /** Aborts when the client is gone or cancels. */
  signal: AbortSignal;
  /** When it arrived, in milliseconds since the Unix epoch; waiting is counted from then. */
  arrivedAt: number;
  /** When it must have ended, in milliseconds since the Unix epoch, and the signal that aborts then. */
  endsAt: number;
  deadline: AbortSignal;
}

/** Makes the contexts of calls, and of the steps of plans. */
export class CallContexts {
  readonly #options: CallContextsOptions;

  constructor(options: CallContextsOptions) {
    this.#options = options;
  }

  /** The context of a call. */
  of(call: ContextCall): AnonymousContext {
    const { plans: services, catalogue, undoing, clock, writeTimeoutMs } = this.#options;
    const { account, ...context } = this.#make(call);
    const plans = account && new CallPlans(services, {
      ...call,
      account,
      catalogue,
      undoing,
      clock,
      writeTimeoutMs,
      stopWaiting: context.stopWaiting,
      contextOf: (tool, arrivedAt, sharing) => this.#make({ ...call, name: tool, arrivedAt }, sharing),
    });
    return { ...context, account, plans };
  }

  #make(call: ContextCall, sharing: AccountSharing = {}): AnonymousContext {
    const { catalogue, finder, services, clock, audit, healthThresholds, secretPages: pages, fingerprints } =
      this.#options;
    const { name, caller, client, log, progress, signal, arrivedAt, endsAt, deadline } = call;
    const { identity, address } = caller;
    const within = {
      address,
      signal: AbortSignal.any([signal, deadline]),
      deadline,
      endsAt,
      waitsFrom: arrivedAt,
      tool: name,
      log,
    };
    const isCustomer = identity.kind === "customer";
    const account = isCustomer
      ? new CloudwaysAccount(services, { customer: identity, ...within }, caller.servers, sharing)
      : undefined;
    const secrets = isCustomer
      ? new CallSecrets({
        pages,
        fingerprint: fingerprintFor(identity.id, fingerprints),
        customer: identity.id,
        caller,
        client,
        tool: name,
        log,
      })
      : undefined;
    const ownRecords = account === undefined || caller.servers === undefined
      ? audit
      : new BoundAuditReader(audit, account, caller.servers);
    const inputsOf = (toolName: string) => catalogue.inputsOf(toolName);
    const titleOf = (toolName: string) => catalogue.titleOf(toolName);
    const findTools = (query: string, options: FindOptions) => finder.find(query, caller, options);
    const stopWaiting = AbortSignal.any([within.signal, this.#options.stopWaiting]);
    const known = { caller, clock, audit: ownRecords, healthThresholds, inputsOf, titleOf };
    return { ...known, account, secrets, plans: undefined, findTools, stopWaiting, progress };
  }
}
