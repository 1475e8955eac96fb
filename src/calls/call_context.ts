/** What a call works with: the caller's account, secrets, records and plans, within the call's deadline. */
import type { Clock } from "../async/clock.ts";
import type { Deadline } from "../async/deadline.ts";
import type { AuditReader, AuditTrail } from "../audit/record.ts";
import { type AccountServices, type AccountSharing, CloudwaysAccount } from "../cloudways/account.ts";
import type { Session } from "../cloudways/session.ts";
import { fingerprintFor } from "../confirm/shown_call.ts";
import type { HealthThresholds } from "../config/health_thresholds.ts";
import type { Fingerprints } from "../crypto/fingerprints.ts";
import type { Caller, Customer } from "../identity/caller.ts";
import { CallSecrets } from "../secrets/call_secrets.ts";
import type { SecretPages } from "../secrets/pages.ts";
import type { Logger } from "../telemetry/log.ts";
import { NO_PLANS, type Plans } from "../tools/define/plans.ts";
import type { AnonymousContext, StrangerContext, ToolContext } from "../tools/define/tool.ts";
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
  /** Its signal aborts when the client is gone or cancels. */
  gone: { readonly signal: AbortSignal };
}

/** The time that a call has. */
export interface CallTime {
  /** When it arrived, in milliseconds since the Unix epoch; waiting is counted from then. */
  arrivedAt: number;
  /** When it must have ended, in milliseconds since the Unix epoch, and what aborts then. */
  endsAt: number;
  deadline: Pick<Deadline, "signal">;
}

/** Makes the contexts of calls, and of the steps of plans. */
export class CallContexts {
  readonly #parts: ContextParts;

  constructor(options: CallContextsOptions) {
    const { catalogue } = options;
    this.#parts = {
      ...options,
      inputsOf: (toolName) => catalogue.inputsOf(toolName),
      titleOf: (toolName) => catalogue.titleOf(toolName),
    };
  }

  /** The context of a call. */
  of(call: ContextCall, time: CallTime): AnonymousContext {
    const { identity } = call.caller;
    return identity.kind === "customer"
      ? new CustomerContext(this.#parts, call, time, identity, {})
      : new NobodysContext(this.#parts, call, time);
  }
}

/** What all contexts share. */
type ContextParts = CallContextsOptions & Pick<ToolContext, "inputsOf" | "titleOf">;

/** What every call works with. What few tools use is made when a tool asks for it. */
class CallContext {
  protected readonly parts: ContextParts;
  protected readonly call: ContextCall;
  protected readonly time: CallTime;
  #reading: AbortSignal | undefined;
  #stopWaiting: AbortSignal | undefined;

  constructor(parts: ContextParts, call: ContextCall, time: CallTime) {
    this.parts = parts;
    this.call = call;
    this.time = time;
  }

  get caller(): Caller {
    return this.call.caller;
  }

  get clock(): Clock {
    return this.parts.clock;
  }

  get healthThresholds(): HealthThresholds {
    return this.parts.healthThresholds;
  }

  get inputsOf(): ToolContext["inputsOf"] {
    return this.parts.inputsOf;
  }

  get titleOf(): ToolContext["titleOf"] {
    return this.parts.titleOf;
  }

  get findTools(): ToolContext["findTools"] {
    return (query, options) => this.parts.finder.find(query, this.caller, options);
  }

  get progress(): ToolContext["progress"] {
    return this.call.progress;
  }

  get stopWaiting(): AbortSignal {
    return this.#stopWaiting ??= AbortSignal.any([this.reading, this.parts.stopWaiting]);
  }

  /** Aborts when nothing is to be read any more. */
  get reading(): AbortSignal {
    return this.#reading ??= AbortSignal.any([this.call.gone.signal, this.time.deadline.signal]);
  }
}

/** What the call of somebody without credentials works with. */
class NobodysContext extends CallContext implements StrangerContext {
  readonly account = undefined;

  get audit(): AuditReader {
    return this.parts.audit;
  }
}

/** What the call of a customer works with. */
class CustomerContext extends CallContext implements ToolContext {
  readonly account: CloudwaysAccount;
  #secrets: CallSecrets | undefined;
  #plans: Plans | undefined;

  /** @param plans Defaults to the plans of the call. */
  constructor(
    parts: ContextParts,
    call: ContextCall,
    time: CallTime,
    customer: Customer,
    sharing: AccountSharing,
    plans?: Plans,
  ) {
    super(parts, call, time);
    this.#plans = plans;
    const session = new CallSession(call, time, customer, this);
    this.account = new CloudwaysAccount(parts.services, session, call.caller.servers, sharing);
  }

  get audit(): AuditReader {
    const { audit } = this.parts;
    const { servers } = this.call.caller;
    return servers === undefined ? audit : new BoundAuditReader(audit, this.account, servers);
  }

  get secrets(): CallSecrets {
    return this.#secrets ??= this.#makeSecrets();
  }

  get plans(): Plans {
    return this.#plans ??= this.#makePlans();
  }

  #makeSecrets(): CallSecrets {
    const { secretPages: pages, fingerprints } = this.parts;
    const { caller, client, name: tool, log } = this.call;
    const { id: customer } = this.account.customer;
    const fingerprint = fingerprintFor(customer, fingerprints);
    return new CallSecrets({ pages, fingerprint, customer, caller, client, tool, log });
  }

  #makePlans(): Plans {
    const { plans: services, catalogue, undoing, clock, writeTimeoutMs } = this.parts;
    const { account, stopWaiting } = this;
    const contextOf = (name: string, arrivedAt: number, sharing: AccountSharing) => {
      const [call, time] = [{ ...this.call, name }, { ...this.time, arrivedAt }];
      return new CustomerContext(this.parts, call, time, account.customer, sharing, NO_PLANS);
    };
    const call = {
      ...this.call,
      ...this.time,
      account,
      catalogue,
      undoing,
      clock,
      writeTimeoutMs,
      stopWaiting,
      contextOf,
    };
    return new CallPlans(services, call);
  }
}

/** For whom the requests of a call are sent. A class: its signals are made when they are asked for, if at all. */
class CallSession implements Session {
  readonly customer: Customer;
  readonly address: string;
  readonly endsAt: number;
  readonly waitsFrom: number;
  readonly tool: string;
  readonly log: Logger;
  readonly #context: Pick<CallContext, "reading">;
  readonly #deadline: CallTime["deadline"];

  constructor(call: ContextCall, time: CallTime, customer: Customer, context: Pick<CallContext, "reading">) {
    this.customer = customer;
    this.address = call.caller.address;
    this.endsAt = time.endsAt;
    this.waitsFrom = time.arrivedAt;
    this.tool = call.name;
    this.log = call.log;
    this.#context = context;
    this.#deadline = time.deadline;
  }

  get signal(): AbortSignal {
    return this.#context.reading;
  }

  get deadline(): AbortSignal {
    return this.#deadline.signal;
  }
}
