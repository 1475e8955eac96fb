import type { Clock } from "../../async/clock.ts";
import { shortCustomerId } from "../../identity/customer_id.ts";
import type { ApprovalRecord } from "../../confirm/approval_records.ts";
import type { Decided } from "../../confirm/approval.ts";
import type { Approvals } from "../../confirm/approvals.ts";
import { targetOf } from "../../confirm/binding.ts";
import type { BrowserProof } from "../../confirm/page_codes.ts";
import { markOf } from "../../confirm/ended_yeses.ts";
import type { AuditEntry, AuditTrail } from "../../audit/record.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { approvalPage } from "./approval_view.ts";
import {
  htmlResponse,
  type PageAnswer,
  type PageHandler,
  type PageNotices,
  pageRoute,
  type PageRouteOptions,
} from "./page_route.ts";
import type { RequestInfo } from "../handled_request.ts";
import type { Route } from "../router.ts";

/** What {@linkcode approvalRoute} needs. */
export interface ApprovalRouteOptions
  extends Pick<PageRouteOptions, "unknownPages" | "publicUrl" | "bodies" | "browserOf"> {
  approvals: Approvals;
  /** Keeps the record of every decision. */
  audit: Pick<AuditTrail, "record">;
  metrics: Pick<Metrics, "questionDecided">;
  /** For the time that a question stays open. */
  clock: Clock;
}

const NOTICES: PageNotices = {
  unknown: {
    title: "Nothing to decide here",
    text:
      "This approval has run out, or the address is not complete. A call waits ten minutes for a decision, a plan " +
      "thirty, and is not carried out without one. If you still want it, ask the assistant to try again.",
  },
  nothingDone: "Your decision was not taken, and nothing has changed.",
  end: "Nothing is done without a person's yes.",
};

/** Results that decided nothing and are not recorded. */
const NO_DECISION: ReadonlySet<Decided> = new Set<Decided>(["unknown", "too_late", "closed"]);

/** The values of the buttons on the page. */
const DECISIONS = ["approve", "deny", "withdraw", "reconsider"] as const;
/** One of {@linkcode DECISIONS}. */
type Decision = typeof DECISIONS[number];

interface DecisionForm {
  decision: Decision;
  code: string | undefined;
  /** The label of what is gone for good, as the person typed it. */
  label: string | undefined;
}

/** `/approve/{id}`: shows a person a question, and takes the decision. */
export async function approvalRoute(options: ApprovalRouteOptions): Promise<Route> {
  return await pageRoute({ ...options, name: "approve", notices: NOTICES, handler: new ApprovalPage(options) });
}

class ApprovalPage implements PageHandler {
  readonly #approvals: Approvals;
  readonly #audit: ApprovalRouteOptions["audit"];
  readonly #metrics: ApprovalRouteOptions["metrics"];
  readonly #clock: Clock;

  constructor({ approvals, audit, metrics, clock }: ApprovalRouteOptions) {
    this.#approvals = approvals;
    this.#audit = audit;
    this.#metrics = metrics;
    this.#clock = clock;
  }

  async show(id: string, info: RequestInfo): Promise<PageAnswer> {
    const approval = await this.#approvals.look(id);
    if (approval === undefined) return "unknown";
    const { record, state } = approval;
    info.known();
    info.note({ customer: shortCustomerId(record.customer), tool: record.tool, approval: state });
    return htmlResponse(200, approvalPage(approval, this.#clock.now()));
  }

  async submit(
    id: string,
    fields: URLSearchParams,
    info: RequestInfo,
    browser: readonly BrowserProof[],
  ): Promise<PageAnswer> {
    const { log, requestId } = info;
    const form = parseForm(fields);
    if (form === undefined) return "not the form";
    const { decided, record } = await this.#carryOut(id, form, browser);
    info.note({ decision: form.decision, decided });
    if (record !== undefined) {
      info.known();
      info.note({ customer: shortCustomerId(record.customer), tool: record.tool });
      if (decided === "closing") {
        log.warn("too many wrong approval codes: approving is closed for this customer for ten minutes", {
          customer: shortCustomerId(record.customer),
        });
      }
      if (!NO_DECISION.has(decided)) this.#metrics.questionDecided("page", decided);
      if (!NO_DECISION.has(decided)) await this.#audit.record(await decidedEntry(record, decided, requestId));
    }
    if (decided === "unknown") return "unknown";
    if (decided === "wrong_label" || decided === "no_proof") return await this.#showAgain(id, decided);
    // Redirects to GET, so that going back or reloading sends nothing twice, above all no wrong code.
    // The location is relative, so it works behind any proxy.
    return new Response(null, { status: 303, headers: { location: id } });
  }

  /** The question again, with a note about what was wrong. Reloading sends the form again, which changes nothing. */
  async #showAgain(id: string, wrong: "wrong_label" | "no_proof"): Promise<PageAnswer> {
    const approval = await this.#approvals.look(id);
    if (approval === undefined) return "unknown";
    return htmlResponse(422, approvalPage(approval, this.#clock.now(), { wrong }));
  }

  async #carryOut(
    id: string,
    form: DecisionForm,
    browser: readonly BrowserProof[],
  ): Promise<{ decided: Decided; record: ApprovalRecord | undefined }> {
    const approval = await this.#approvals.look(id);
    return { decided: await this.#decided(id, form, browser), record: approval?.record };
  }

  #decided(
    id: string,
    { decision, code, label }: DecisionForm,
    browser: readonly BrowserProof[],
  ): Promise<Decided> {
    switch (decision) {
      case "approve":
        return this.#approvals.approve(id, code, label, browser);
      case "deny":
        return this.#approvals.deny(id);
      case "withdraw":
        return this.#approvals.withdraw(id);
      case "reconsider":
        return this.#approvals.takeNoBack(id);
    }
  }
}

/**
 * The audit entry of a decision. It is recorded at once, because the assistant may never come back. It contains neither
 * the address nor the id of the page.
 */
async function decidedEntry(record: ApprovalRecord, decided: Decided, requestId: string): Promise<AuditEntry> {
  const { customer, boundTo, client, tool, question, hash } = record;
  return {
    event: "decided",
    customer,
    ...(boundTo !== undefined && { bound_to: boundTo }),
    client,
    tool,
    arguments: record.arguments,
    target: targetOf(question),
    approval: "page",
    operation_id: null,
    outcome: decided,
    request_id: requestId,
    ...(record.connection !== undefined && { connection: record.connection }),
    // The mark ends the yes for good, even if somebody puts it back into the store.
    ...(decided === "withdrawn" && { mark: await markOf("page", hash) }),
  };
}

function parseForm(fields: URLSearchParams): DecisionForm | undefined {
  const [given, ...more] = fields.getAll("decision");
  const [code, ...moreCodes] = fields.getAll("code");
  const [label, ...moreLabels] = fields.getAll("label");
  const decision = DECISIONS.find((one) => one === given);
  if (more.length + moreCodes.length + moreLabels.length > 0 || decision === undefined) return undefined;
  return { decision, code, label };
}
