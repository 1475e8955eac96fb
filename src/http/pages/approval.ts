import type { Clock } from "../../async/clock.ts";
import { shortCustomerId } from "../../identity/customer_id.ts";
import type { ApprovalRecord } from "../../confirm/approval_records.ts";
import type { Approvals, Decided } from "../../confirm/approvals.ts";
import { targetOf } from "../../confirm/binding.ts";
import { markOf } from "../../confirm/ended_yeses.ts";
import { StoreError } from "../../store/store.ts";
import type { AuditEntry, AuditTrail } from "../../audit/record.ts";
import { APPROVAL_STYLE } from "./style.ts";
import { approvalPage, type Notice, noticePage } from "./view.ts";
import { styleHash } from "../html.ts";
import { BodyError, type BodyReader } from "../request_body.ts";
import type { RequestInfo, Route } from "../router.ts";

/** What {@linkcode approvalRoute} needs. */
export interface ApprovalRouteOptions {
  approvals: Approvals;
  /** Keeps the record of every decision. */
  audit: Pick<AuditTrail, "record">;
  /** Tells how long a question is open still. */
  clock: Clock;
  /** Where people reach this server. */
  publicUrl: URL;
  bodies: BodyReader;
}

const PATH = /^\/approve\/([^/]+)$/;
const MAX_FORM_BYTES = 4096;
const NOTHING_DONE = "Your decision was not taken, and nothing has changed.";

const NOTICES = {
  unknown: {
    title: "Nothing to decide here",
    text:
      "This approval has run out, or the address is not complete. A call waits ten minutes for a decision, and is " +
      "not carried out without one. If you still want it, ask the assistant to try again.",
  },
  tooMany: {
    title: "Please wait a moment",
    text: "Too many addresses were tried that don't exist. Try again in a minute.",
  },
  storeAway: {
    title: "Please try again",
    text:
      "A part of this service does not answer, so it can't be told what became of this call. Open this page again " +
      "in a few seconds.",
  },
  elsewhere: {
    title: "Not from here",
    text: `${NOTHING_DONE} Open the address exactly as the assistant gave it, and decide on that page.`,
  },
  notTheForm: {
    title: "Not understood",
    text: `${NOTHING_DONE} Open the page again and use its buttons.`,
  },
  notWhole: {
    title: "Please try again",
    text: `${NOTHING_DONE} What you pressed did not arrive in whole. Open the page again and use its buttons.`,
  },
  tooLarge: {
    title: "Too much was sent",
    text: `${NOTHING_DONE} Open the page again and use its buttons.`,
  },
} as const satisfies Record<string, Notice>;

/** What decides nothing. */
const NO_DECISION: ReadonlySet<Decided> = new Set<Decided>(["unknown", "too_late", "closed"]);

/** What a person may press on the page. */
const DECISIONS = ["approve", "deny", "withdraw", "reconsider"] as const;
/** One of {@linkcode DECISIONS}. */
type Decision = typeof DECISIONS[number];

interface DecisionForm {
  decision: Decision;
  code: string | undefined;
}

/** `/approve/{id}`: shows what a person is asked, and takes the answer. */
export async function approvalRoute(options: ApprovalRouteOptions): Promise<Route> {
  const page = new ApprovalPage(options);
  return {
    path: "/approve/{id}",
    matches: (pathname) => PATH.test(pathname),
    methods: ["GET", "POST"],
    allowsCors: false,
    noStore: true,
    headers: await pageHeaders(),
    handle: (request, info) => page.answer(request, info),
  };
}

class ApprovalPage {
  readonly #approvals: Approvals;
  readonly #audit: ApprovalRouteOptions["audit"];
  readonly #clock: Clock;
  readonly #origin: string;
  readonly #bodies: BodyReader;

  constructor({ approvals, audit, clock, publicUrl, bodies }: ApprovalRouteOptions) {
    this.#approvals = approvals;
    this.#audit = audit;
    this.#clock = clock;
    this.#origin = publicUrl.origin;
    this.#bodies = bodies;
  }

  async answer(request: Request, info: RequestInfo): Promise<Response> {
    const id = PATH.exec(new URL(request.url).pathname)?.[1] ?? "";
    try {
      return request.method === "POST" ? await this.#decide(request, id, info) : await this.#show(id, info);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      info.log.debug("approval page", { error });
      return notice(503, NOTICES.storeAway, { "retry-after": "5" });
    }
  }

  async #show(id: string, info: RequestInfo): Promise<Response> {
    const { note, known } = info;
    const approval = await this.#approvals.look(id);
    if (approval === undefined) return await this.#unknown(info);
    known();
    note({ customer: shortCustomerId(approval.record.customer), tool: approval.record.tool, approval: approval.state });
    return htmlResponse(200, approvalPage(approval, this.#clock.now()));
  }

  async #decide(request: Request, id: string, info: RequestInfo): Promise<Response> {
    const { note, known, log, requestId } = info;
    if (!this.#isFromThisPage(request)) return notice(403, NOTICES.elsewhere);
    const form = await readForm(request, this.#bodies, info);
    if (form instanceof Response) return form;
    const { decided, record } = await this.#carryOut(id, form);
    note({ decision: form.decision, decided });
    if (record !== undefined) {
      known();
      note({ customer: shortCustomerId(record.customer), tool: record.tool });
      if (decided === "closing") {
        log.warn("too many wrong approval codes: approving is closed for this customer for ten minutes", {
          customer: shortCustomerId(record.customer),
        });
      }
      if (!NO_DECISION.has(decided)) await this.#audit.record(await decidedEntry(record, decided, requestId));
    }
    if (decided === "unknown") return await this.#unknown(info);
    // To be shown by GET: going back or loading again then sends nothing twice, a wrong code least of all.
    // Relative to this very address, whatever the proxy in front calls it.
    return new Response(null, { status: 303, headers: { location: id } });
  }

  async #carryOut(
    id: string,
    { decision, code }: DecisionForm,
  ): Promise<{ decided: Decided; record: ApprovalRecord | undefined }> {
    const approval = await this.#approvals.look(id);
    return { decided: await this.#decided(id, decision, code), record: approval?.record };
  }

  #decided(id: string, decision: Decision, code: string | undefined): Promise<Decided> {
    switch (decision) {
      case "approve":
        return this.#approvals.approve(id, code);
      case "deny":
        return this.#approvals.deny(id);
      case "withdraw":
        return this.#approvals.withdraw(id);
      case "reconsider":
        return this.#approvals.takeNoBack(id);
    }
  }

  /** Other sites can make a browser send a form here, but not under our origin. */
  #isFromThisPage({ headers }: Request): boolean {
    const site = headers.get("sec-fetch-site");
    return headers.get("origin") === this.#origin && (site === null || site === "same-origin");
  }

  /** Looked up first and counted then, so that tries at what is not there never cost what is. */
  async #unknown({ limited }: RequestInfo): Promise<Response> {
    const waitSeconds = await this.#approvals.countUnknown();
    if (waitSeconds === undefined) return notice(404, NOTICES.unknown);
    limited("approval_page");
    return notice(429, NOTICES.tooMany, { "retry-after": String(waitSeconds) });
  }
}

/**
 * Nobody can tell when the assistant comes back, if ever, so it is recorded at once. The record holds neither the address
 * nor the id of the page.
 */
async function decidedEntry(record: ApprovalRecord, decided: Decided, requestId: string): Promise<AuditEntry> {
  const { customer, client, tool, question, hash } = record;
  return {
    event: "decided",
    customer,
    client,
    tool,
    arguments: record.arguments,
    target: targetOf(question),
    approval: "page",
    operation_id: null,
    outcome: decided,
    request_id: requestId,
    // A yes that was taken back stays so, even where somebody puts it back into the store.
    ...(decided === "withdrawn" && { mark: await markOf("page", hash) }),
  };
}

async function readForm(
  request: Request,
  bodies: BodyReader,
  { address, limited }: RequestInfo,
): Promise<DecisionForm | Response> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return notice(400, NOTICES.notTheForm);
  try {
    return parseForm(await bodies.read(request, { address, maxBytes: MAX_FORM_BYTES })) ??
      notice(400, NOTICES.notTheForm);
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    if (error.problem === "no_room") limited("bodies");
    if (error.problem === "too_large") return notice(413, NOTICES.tooLarge);
    return error.problem === "too_slow"
      ? notice(408, NOTICES.notWhole)
      : notice(503, NOTICES.notWhole, { "retry-after": "1" });
  }
}

function parseForm(body: string): DecisionForm | undefined {
  const fields = new URLSearchParams(body);
  const [given, ...more] = fields.getAll("decision");
  const [code, ...moreCodes] = fields.getAll("code");
  const decision = DECISIONS.find((one) => one === given);
  if (more.length > 0 || moreCodes.length > 0 || decision === undefined) return undefined;
  return { decision, code };
}

async function pageHeaders(): Promise<Record<string, string>> {
  const style = await styleHash(APPROVAL_STYLE);
  return {
    "content-security-policy":
      `default-src 'none'; style-src ${style}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
    // Not `no-referrer`: with that, browsers send `Origin: null` with the form.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nosnippet",
  };
}

function notice(status: number, content: Notice, headers: Record<string, string> = {}): Response {
  return htmlResponse(status, noticePage(content), headers);
}

function htmlResponse(status: number, page: string, headers: Record<string, string> = {}): Response {
  return new Response(page, { status, headers: { "content-type": "text/html; charset=utf-8", ...headers } });
}
