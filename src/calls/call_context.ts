/** What a call works with: the caller's account, secrets, records and plans, within the call's deadline. */
import type { Clock } from "../async/clock.ts";
import type { Deadline } from "../async/deadline.ts";
import type { AuditTrail } from "../audit/record.ts";
import { type AccountServices, type AccountSharing, CloudwaysAccount } from "../cloudways/account.ts";
import { fingerprintFor } from "../confirm/shown_call.ts";
import type { HealthThresholds } from "../config/health_thresholds.ts";
import type { Fingerprints } from "../crypto/fingerprints.ts";
import type { Caller, Customer } from "../identity/caller.ts";
import { CallSecrets } from "../secrets/call_secrets.ts";
import type { SecretPages } from "../secrets/pages.ts";
import type { Logger } from "../telemetry/log.ts";
import { NO_PLANS, type Plans } from "../tools/define/plans.ts";
import type { AnonymousContext, FindOptions, ToolContext } from "../tools/define/tool.ts";
import { BoundAuditReader } from "./bound_audit.ts";
import type { CallAudit } from "./call_audit.ts";
import type { Catalogue } from "./catalogue.ts";
import { once } from "../async/once.ts";
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
  /** Its signal aborts when the client is gone or cancels. */
  gone: { readonly signal: AbortSignal };
  /** When it arrived, in milliseconds since the Unix epoch; waiting is counted from then. */
  arrivedAt: number;
  /** When it must have ended, in milliseconds since the Unix epoch, and what aborts then. */
  endsAt: number;
  deadline: Pick<Deadline, "signal">;
}

/** Makes the contexts of calls, and of the steps of plans. What few tools use is made when a tool uses it. */
export class CallContexts {
  readonly #options: CallContextsOptions;

  constructor(options: CallContextsOptions) {
    this.#options = options;
  }

  /** The context of a call. */
  of(call: ContextCall): AnonymousContext {
    const { identity } = call.caller;
    if (identity.kind === "customer") return this.#ofCustomer(call, identity, {}, this.#plansOf(call));
    const { audit } = this.#options;
    const stopWaiting = this.#stopWaiting(() => reading(call));
    return {
      ...this.#shared(call),
      audit,
      account: undefined,
      get stopWaiting() {
        return stopWaiting();
      },
    };
  }

  #ofCustomer(
    call: ContextCall,
    customer: Customer,
    sharing: AccountSharing,
    plansOf: (account: CloudwaysAccount, stopWaiting: AbortSignal) => Plans,
  ): ToolContext {
    const { audit, services } = this.#options;
    const { caller: { address, servers }, name: tool, log, arrivedAt: waitsFrom, endsAt, deadline } = call;
    const signal = once(() => reading(call));
    const session = {
      customer,
      address,
      endsAt,
      waitsFrom,
      tool,
      log,
      get signal() {
        return signal();
      },
      get deadline() {
        return deadline.signal;
      },
    };
    const account = new CloudwaysAccount(services, session, servers, sharing);
    const stopWaiting = this.#stopWaiting(signal);
    const secrets = once(() => this.#secretsOf(call, customer.id));
    const plans = once(() => plansOf(account, stopWaiting()));
    return {
      ...this.#shared(call),
      audit: servers === undefined ? audit : new BoundAuditReader(audit, account, servers),
      account,
      get secrets() {
        return secrets();
      },
      get plans() {
        return plans();
      },
      get stopWaiting() {
        return stopWaiting();
      },
    };
  }

  #shared({ caller, progress }: ContextCall) {
    const { catalogue, finder, clock, healthThresholds } = this.#options;
    return {
      caller,
      clock,
      healthThresholds,
      progress,
      inputsOf: (toolName: string) => catalogue.inputsOf(toolName),
      titleOf: (toolName: string) => catalogue.titleOf(toolName),
      findTools: (query: string, options: FindOptions) => finder.find(query, caller, options),
    };
  }

  #stopWaiting(signal: () => AbortSignal): () => AbortSignal {
    return once(() => AbortSignal.any([signal(), this.#options.stopWaiting]));
  }

  #secretsOf({ caller, client, name: tool, log }: ContextCall, customer: string): CallSecrets {
    const { secretPages: pages, fingerprints } = this.#options;
    const fingerprint = fingerprintFor(customer, fingerprints);
    return new CallSecrets({ pages, fingerprint, customer, caller, client, tool, log });
  }

  #plansOf(call: ContextCall) {
    const { plans: services, catalogue, undoing, clock, writeTimeoutMs } = this.#options;
    return (account: CloudwaysAccount, stopWaiting: AbortSignal): Plans =>
      new CallPlans(services, {
        ...call,
        account,
        catalogue,
        undoing,
        clock,
        writeTimeoutMs,
        stopWaiting,
        contextOf: (name, arrivedAt, sharing) =>
          this.#ofCustomer({ ...call, name, arrivedAt }, account.customer, sharing, () => NO_PLANS),
      });
  }
}

/** Aborts when nothing is to be read any more. */
function reading({ gone, deadline }: ContextCall): AbortSignal {
  return AbortSignal.any([gone.signal, deadline.signal]);
}
