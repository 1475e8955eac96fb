/** What the routes of all pages share: headers, checks of forms, and notices. */
import type { BrowserProof } from "../../confirm/page_codes.ts";
import { UnknownPages } from "../../confirm/page_ids.ts";
import { StoreError } from "../../store/store.ts";
import type { BodyReader } from "../request_body.ts";
import type { RequestInfo } from "../handled_request.ts";
import type { Route } from "../router.ts";
import { type Notice, noticePage } from "./layout.ts";
import { type FormRefusal, NOT_THE_FORM, readPageForm } from "./page_form.ts";
import { pageHeaders } from "./page_headers.ts";

/** The response of a page; or that there is no such page, or that the body is not its form. */
export type PageAnswer = Response | "unknown" | "not the form";

/** Handles the requests of one kind of page. */
export interface PageHandler {
  /** Answers GET, and changes nothing, because programs open addresses too. */
  show(id: string, info: RequestInfo): Promise<PageAnswer>;
  /**
   * Answers a form that was sent from the page itself.
   *
   * @param browser The connections that the browser made.
   */
  submit(
    id: string,
    fields: URLSearchParams,
    info: RequestInfo,
    browser: readonly BrowserProof[],
  ): Promise<PageAnswer>;
}

/** The texts of a page's notices. */
export interface PageNotices {
  /** There is no such page. */
  unknown: Notice;
  /** What did not happen, if a form is refused. */
  nothingDone: string;
  /** At the end of every notice. */
  end: string;
}

/** What {@linkcode pageRoute} needs. */
export interface PageRouteOptions {
  /** The first part of its path. */
  name: "approve" | "secret";
  handler: PageHandler;
  notices: PageNotices;
  /** Limits requests for pages that don't exist. */
  unknownPages: UnknownPages;
  /** The public URL of this server. */
  publicUrl: URL;
  bodies: BodyReader;
  /** Reads which connections the browser of a form made; left out where people can't sign in. */
  browserOf?: ((request: Request) => Promise<readonly BrowserProof[]>) | undefined;
}

const MAX_FORM_BYTES = 4096;

/** The route of a kind of pages: `/name/{id}`. */
export async function pageRoute(options: PageRouteOptions): Promise<Route> {
  const pattern = new RegExp(`^/${options.name}/([^/]+)$`);
  const page = new PageRoute(options);
  return {
    path: `/${options.name}/{id}`,
    matches: (pathname) => pattern.test(pathname),
    methods: ["GET", "POST"],
    allowsCors: false,
    noStore: true,
    headers: await pageHeaders(),
    handle: (request, info) => page.answer(request, pattern.exec(new URL(request.url).pathname)?.[1] ?? "", info),
  };
}

class PageRoute {
  readonly #options: PageRouteOptions;

  constructor(options: PageRouteOptions) {
    this.#options = options;
  }

  async answer(request: Request, id: string, info: RequestInfo): Promise<Response> {
    try {
      const answer = await this.#answer(request, id, info);
      if (answer === "unknown") return await this.#unknown(info);
      return answer === "not the form" ? this.#refusal(NOT_THE_FORM) : answer;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      info.log.debug("page", { error });
      return this.#notice(503, {
        title: "Please try again",
        text: "A part of this service does not answer, so it can't be told how things are. Open this page again in a " +
          "few seconds.",
      }, { "retry-after": "5" });
    }
  }

  async #answer(request: Request, id: string, info: RequestInfo): Promise<PageAnswer> {
    const { handler } = this.#options;
    if (request.method !== "POST") return await handler.show(id, info);
    const form = await readPageForm(request, info, { ...this.#options, maxBytes: MAX_FORM_BYTES });
    if ("refusal" in form) return this.#refusal(form.refusal);
    return await handler.submit(id, form.fields, info, await this.#options.browserOf?.(request) ?? []);
  }

  /** Counts a request for a page that doesn't exist. Pages are looked up first, so existing pages are never limited. */
  async #unknown(info: RequestInfo): Promise<Response> {
    const { unknownPages, notices } = this.#options;
    const waitSeconds = await unknownPages.count();
    if (waitSeconds === undefined) return this.#notice(404, notices.unknown);
    info.limited("approval_page");
    return this.#notice(429, {
      title: "Please wait a moment",
      text: "Too many addresses were tried that don't exist. Try again in a minute.",
    }, { "retry-after": String(waitSeconds) });
  }

  #refusal({ status, title, advice, headers }: FormRefusal): Response {
    return this.#notice(status, { title, text: `${this.#options.notices.nothingDone} ${advice}` }, headers);
  }

  #notice(status: number, content: Notice, headers: Record<string, string> = {}): Response {
    return htmlResponse(status, noticePage(content, this.#options.notices.end), headers);
  }
}

/** A page as an HTTP response. */
export function htmlResponse(status: number, page: string, headers: Record<string, string> = {}): Response {
  return new Response(page, { status, headers: { "content-type": "text/html; charset=utf-8", ...headers } });
}
