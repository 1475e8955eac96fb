/** `/connect`: people see the programs that they connected, and end them. */
import * as z from "zod";
import { shortCustomerId } from "../../identity/customer_id.ts";
import type { SealedTexts } from "../../sign_in/sealed_texts.ts";
import type { SignIn } from "../../sign_in/sign_in.ts";
import { StoreError } from "../../store/store.ts";
import { connectionsPage, type Ended, openConnectionsPage, type OpenProblem } from "../pages/connections_view.ts";
import { type Notice, noticePage } from "../pages/layout.ts";
import { type FormRefusal, NOT_THE_FORM, readPageForm } from "../pages/page_form.ts";
import { pageHeaders } from "../pages/page_headers.ts";
import { htmlResponse } from "../pages/page_route.ts";
import type { BodyReader } from "../request_body.ts";
import type { RequestInfo } from "../handled_request.ts";
import type { Route } from "../router.ts";
import { CONNECT } from "./addresses.ts";
import type { ConnectCookies } from "./cookies.ts";

/** The proof that a person may see and end the connections of an account, as a page's forms carry it. */
export const connectionsFormSchema = z.object({ customer: z.string(), expiresAt: z.number() });

/** What {@linkcode connectionsRoute} needs. */
export interface ConnectionsRouteOptions {
  signIn: SignIn;
  cookies: ConnectCookies;
  /** Seals the proofs of forms. */
  forms: SealedTexts<z.output<typeof connectionsFormSchema>>;
  bodies: BodyReader;
  publicUrl: URL;
  /** Whether connections outlive this process. */
  isLasting: boolean;
  now: () => number;
}

const MAX_FORM_BYTES = 16 * 1024;
const FORM_MS = 20 * 60_000;
const END = "Nothing was changed.";

const OPEN_STATUS: Record<OpenProblem, number> = { refused: 422, busy: 429, unknown: 503, no_cookie: 422 };

/** The route of the page. */
export async function connectionsRoute(options: ConnectionsRouteOptions): Promise<Route> {
  const page = new ConnectionsPage(options);
  return {
    path: CONNECT,
    methods: ["GET", "POST"],
    allowsCors: false,
    noStore: true,
    headers: await pageHeaders(),
    handle: (request, info) => page.answer(request, info),
  };
}

class ConnectionsPage {
  readonly #options: ConnectionsRouteOptions;

  constructor(options: ConnectionsRouteOptions) {
    this.#options = options;
  }

  async answer(request: Request, info: RequestInfo): Promise<Response> {
    if (request.method !== "POST") return htmlResponse(200, openConnectionsPage());
    try {
      const read = await readPageForm(request, info, { ...this.#options, maxBytes: MAX_FORM_BYTES });
      return "refusal" in read ? refusal(read.refusal) : await this.#submit(request, read.fields, info);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      info.log.debug("store failed", { error });
      return notice(503, {
        title: "Please try again",
        text: "A part of this service does not answer. Try again in a few seconds.",
      }, { "retry-after": "5" });
    }
  }

  async #submit(request: Request, fields: URLSearchParams, info: RequestInfo): Promise<Response> {
    switch (fields.get("step")) {
      case "token":
        return await this.#openWithToken(fields.get("token")?.trim() ?? "", info);
      case "cookie":
        return await this.#openWithCookie(request);
      case "end":
      case "end_all":
        return await this.#end(fields, info);
      default:
        return refusal(NOT_THE_FORM);
    }
  }

  async #openWithToken(token: string, info: RequestInfo): Promise<Response> {
    const checked = await this.#options.signIn.accounts.check(token, info);
    info.note({ checked: checked.kind });
    if (checked.kind !== "accepted") return openAgain(checked.kind);
    info.known();
    info.note({ customer: shortCustomerId(checked.customer.id) });
    return await this.#list([checked.customer.id], undefined);
  }

  /** A cookie counts while a connection that it names is alive. */
  async #openWithCookie(request: Request): Promise<Response> {
    const { signIn: { connections }, cookies } = this.#options;
    const customers = new Set<string>();
    for (const { customer, connection } of await cookies.read(request)) {
      if (await connections.find(customer, connection) !== undefined) customers.add(customer);
    }
    return customers.size === 0 ? openAgain("no_cookie") : await this.#list([...customers], undefined);
  }

  async #end(fields: URLSearchParams, info: RequestInfo): Promise<Response> {
    const { log, requestId } = info;
    const { signIn: { connections }, forms } = this.#options;
    const proof = await forms.open(fields.get("form") ?? "");
    if (proof === undefined) return refusal(NOT_THE_FORM);
    const { customer } = proof;
    const isAll = fields.get("step") === "end_all";
    const ending = { reason: "ended_by_person", requestId } as const;
    const ended = isAll
      ? await connections.endAll(customer, ending)
      : Number(await connections.end(customer, fields.get("connection") ?? "", ending));
    info.known();
    info.note({ customer: shortCustomerId(customer), ended });
    log.info("connections ended by a person", { customer: shortCustomerId(customer), ended });
    return await this.#list([customer], { ended });
  }

  async #list(customers: readonly string[], done: Ended): Promise<Response> {
    const { signIn: { connections }, forms, isLasting, now } = this.#options;
    const accounts = await Promise.all(customers.map(async (customer) => ({
      customer,
      connections: await connections.list(customer),
      form: await forms.seal({ customer, expiresAt: now() + FORM_MS }),
    })));
    return htmlResponse(200, connectionsPage(accounts, done, isLasting));
  }
}

function openAgain(problem: OpenProblem): Response {
  return htmlResponse(OPEN_STATUS[problem], openConnectionsPage(problem));
}

function refusal({ status, title, advice, headers }: FormRefusal): Response {
  return notice(status, { title, text: advice }, headers);
}

function notice(status: number, content: Notice, headers: Record<string, string> = {}): Response {
  return htmlResponse(status, noticePage(content, END), headers);
}
