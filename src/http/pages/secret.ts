import type { AuditEntry, AuditTrail } from "../../audit/record.ts";
import type { Clock } from "../../async/clock.ts";
import type { BrowserProof } from "../../confirm/page_codes.ts";
import { targetOf } from "../../confirm/binding.ts";
import { shortCustomerId } from "../../identity/customer_id.ts";
import type { Opened, SecretPages } from "../../secrets/pages.ts";
import type { SecretRecord } from "../../secrets/records.ts";
import type { RequestInfo } from "../handled_request.ts";
import type { Route } from "../router.ts";
import {
  htmlResponse,
  type PageAnswer,
  type PageHandler,
  type PageNotices,
  pageRoute,
  type PageRouteOptions,
} from "./page_route.ts";
import { openedPage, secretPage } from "./secret_view.ts";

/** What {@linkcode secretRoute} needs. */
export interface SecretRouteOptions
  extends Pick<PageRouteOptions, "unknownPages" | "publicUrl" | "bodies" | "browserOf"> {
  secretPages: SecretPages;
  /** Keeps the record of every opening. */
  audit: Pick<AuditTrail, "record">;
  /** For the time in which a secret can be opened. */
  clock: Clock;
}

const NOTICES: PageNotices = {
  unknown: {
    title: "Nothing to see here",
    text: "Its ten minutes are over, or the address is not complete. If you did not see the secret in time, ask the " +
      "assistant to set or show it once more.",
  },
  nothingDone: "Nothing was shown, and nothing has changed.",
  end: "A secret is shown once, to the person who presses the button.",
};

/** `/secret/{id}`: shows a person a secret, once. */
export async function secretRoute(options: SecretRouteOptions): Promise<Route> {
  return await pageRoute({ ...options, name: "secret", notices: NOTICES, handler: new SecretRoute(options) });
}

class SecretRoute implements PageHandler {
  readonly #pages: SecretPages;
  readonly #audit: SecretRouteOptions["audit"];
  readonly #clock: Clock;

  constructor({ secretPages, audit, clock }: SecretRouteOptions) {
    this.#pages = secretPages;
    this.#audit = audit;
    this.#clock = clock;
  }

  async show(id: string, info: RequestInfo): Promise<PageAnswer> {
    const page = await this.#pages.look(id);
    if (page === undefined) return "unknown";
    noteOwner(info, page.record);
    info.note({ secret: page.record.state });
    return htmlResponse(200, secretPage(page, this.#clock.now()));
  }

  async submit(
    id: string,
    fields: URLSearchParams,
    info: RequestInfo,
    browser: readonly BrowserProof[],
  ): Promise<PageAnswer> {
    const codes = fields.getAll("code");
    if (codes.length > 1 || fields.getAll("show").join() !== "once") return "not the form";
    const opened = await this.#pages.open(id, codes[0], browser);
    info.note({ opened: opened.kind });
    if (opened.kind === "unknown") return "unknown";
    noteOwner(info, opened.record);
    await this.#record(opened, info);
    if (opened.kind === "no_proof") return await this.#showAgain(id);
    if (opened.kind === "shown") return htmlResponse(200, openedPage(opened.record, opened.values));
    // Redirects to GET, so that reloading does not send a wrong code again.
    return new Response(null, { status: 303, headers: { location: id } });
  }

  /** The page again, with a note that it opens only in another browser. */
  async #showAgain(id: string): Promise<PageAnswer> {
    const page = await this.#pages.look(id);
    if (page === undefined) return "unknown";
    return htmlResponse(422, secretPage(page, this.#clock.now(), { noProof: true }));
  }

  /** Records an opening, without the address and the secret. Nothing is recorded if it was shown before. */
  async #record(opened: Exclude<Opened, { kind: "unknown" }>, { requestId, log }: RequestInfo): Promise<void> {
    const { kind, record } = opened;
    if (kind === "closing") {
      log.warn("too many wrong approval codes: approving is closed for this customer for ten minutes", {
        customer: shortCustomerId(record.customer),
      });
    }
    if (kind !== "closed" && kind !== "too_late" && kind !== "no_proof") {
      await this.#audit.record(openedEntry(record, kind, requestId));
    }
  }
}

function noteOwner(info: RequestInfo, { customer, tool }: SecretRecord): void {
  info.known();
  info.note({ customer: shortCustomerId(customer), tool });
}

function openedEntry(record: SecretRecord, kind: "shown" | "wrong_code" | "closing", requestId: string): AuditEntry {
  const { customer, boundTo, client, tool, subject, items } = record;
  return {
    event: "revealed",
    customer,
    ...(boundTo !== undefined && { bound_to: boundTo }),
    client,
    tool,
    arguments: { shown: items.map(({ name }) => name) },
    target: targetOf({ headline: "", subject, consequences: [] }),
    approval: null,
    operation_id: null,
    outcome: kind === "shown" ? "ok" : kind,
    request_id: requestId,
    ...(record.connection !== undefined && { connection: record.connection }),
  };
}
