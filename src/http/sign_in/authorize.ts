/** `/connect/authorize`: the pages on which a person lets a client in. */
import { isApprovalCode } from "../../identity/approval_code.ts";
import { withParameters } from "../../identity/redirects.ts";
import { shortCustomerId } from "../../identity/customer_id.ts";
import { type Toolset, TOOLSETS } from "../../identity/toolsets.ts";
import type { CheckedToken } from "../../sign_in/accounts.ts";
import { type Authorization, readAuthorization } from "../../sign_in/authorization.ts";
import { type ConsentAccount, type ConsentForm, type Duration, DURATIONS } from "../../sign_in/consents.ts";
import type { SignIn } from "../../sign_in/sign_in.ts";
import { StoreError } from "../../store/store.ts";
import {
  type ChoicePage,
  choicePage,
  type ChoiceProblem,
  type ChosenBefore,
  tokenPage,
  type TokenProblem,
} from "../pages/consent_view.ts";
import { type Notice, noticePage } from "../pages/layout.ts";
import { type FormRefusal, NOT_THE_FORM, readPageForm } from "../pages/page_form.ts";
import { pageHeaders } from "../pages/page_headers.ts";
import { htmlResponse } from "../pages/page_route.ts";
import type { BodyReader } from "../request_body.ts";
import type { RequestInfo } from "../handled_request.ts";
import type { Route } from "../router.ts";
import { CONNECT, type SignInAddresses } from "./addresses.ts";
import type { ConnectCookies } from "./cookies.ts";

/** What {@linkcode authorizeRoute} needs. */
export interface AuthorizeOptions {
  signIn: SignIn;
  addresses: SignInAddresses;
  cookies: ConnectCookies;
  bodies: BodyReader;
  publicUrl: URL;
  /** The toolsets that the process allows. */
  toolsets: ReadonlySet<Toolset>;
  /** Whether connections outlive this process. */
  isLasting: boolean;
}

/** A list of servers and the token's sealed form are long. */
const MAX_FORM_BYTES = 128 * 1024;

const END = "Nothing is connected without your consent.";

const STRANGERS: Record<"client" | "redirect", Notice> = {
  client: {
    title: "This program is not known here",
    text: "The address that brought you here does not name a program that registered with this server. Remove the " +
      "connection in your program, and add it again.",
  },
  redirect: {
    title: "This does not lead back to the program",
    text: "The address that brought you here would send you somewhere the program did not register. Close this page.",
  },
};

/** The route of the consent pages. */
export function authorizeRoute(options: AuthorizeOptions): Route {
  const page = new AuthorizePage(options);
  return {
    path: `${CONNECT}/authorize`,
    methods: ["GET", "POST"],
    allowsCors: false,
    noStore: true,
    handle: (request, info) => page.answer(request, info),
  };
}

class AuthorizePage {
  readonly #options: AuthorizeOptions;

  constructor(options: AuthorizeOptions) {
    this.#options = options;
  }

  async answer(request: Request, info: RequestInfo): Promise<Response> {
    try {
      return request.method === "POST" ? await this.#submit(request, info) : await this.#show(request, info);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      info.log.debug("store failed", { error });
      return await notice(503, {
        title: "Please try again",
        text: "A part of this service does not answer. Nothing was connected. Try again in a few seconds.",
      }, { "retry-after": "5" });
    }
  }

  async #show({ url }: Request, info: RequestInfo): Promise<Response> {
    const { signIn, addresses } = this.#options;
    const { searchParams } = new URL(url);
    const read = await readAuthorization(searchParams, signIn.clientIds, (text) => addresses.resourceOf(text));
    info.note({ sign_in: read.kind });
    if (read.kind === "stranger") return await notice(400, STRANGERS[read.why]);
    // Not sent back by itself: anybody can register an address, and would have this server lead people there.
    if (read.kind === "refused") {
      return await notice(400, { title: "The program asked in a wrong way", text: `Its mistake: ${read.why}.` });
    }
    return await this.#page(read.asked, 200, tokenPage(read.asked, await signIn.consents.begin(read.asked)));
  }

  async #submit(request: Request, info: RequestInfo): Promise<Response> {
    const { signIn } = this.#options;
    const read = await readPageForm(request, info, { ...this.#options, maxBytes: MAX_FORM_BYTES });
    if ("refusal" in read) return await refusal(read.refusal);
    const { fields } = read;
    const form = await signIn.consents.open(onlyOne(fields, "form") ?? "");
    if (form === undefined) {
      return await notice(400, {
        title: "This took too long",
        text: "Nothing was connected. Go back to the program and start the sign-in again.",
      });
    }
    switch (onlyOne(fields, "step")) {
      case "cancel":
        return this.#back(form.asked, { error: "access_denied" });
      case "check":
        return await this.#check(form, onlyOne(fields, "token")?.trim() ?? "", info);
      case "connect":
        return form.account === undefined
          ? await refusal(NOT_THE_FORM)
          : await this.#connect(request, { form, account: form.account, fields }, info);
      default:
        return await refusal(NOT_THE_FORM);
    }
  }

  /** Checks the pasted token at Cloudways, and goes on to what the client may do. */
  async #check(form: ConsentForm, token: string, info: RequestInfo): Promise<Response> {
    const { signIn: { accounts } } = this.#options;
    const checked = await accounts.check(token, info);
    info.note({ checked: checked.kind });
    if (checked.kind !== "accepted") return await this.#tokenAgain(form, checked);
    info.known();
    info.note({ customer: shortCustomerId(checked.customer.id) });
    const account = { customer: checked.customer.id, token };
    return await this.#choice(form, account, { servers: checked.servers });
  }

  async #connect(request: Request, sent: SentChoice, info: RequestInfo): Promise<Response> {
    const { signIn: { consents }, toolsets, cookies } = this.#options;
    const { form, account, fields } = sent;
    const chosen = readChoice(fields, toolsets);
    if (chosen === "not the form") return await refusal(NOT_THE_FORM);
    if ("problem" in chosen) return await this.#choiceAgain(sent, chosen.problem, info);
    const unlisted = await this.#unlisted(sent, chosen.bounds.servers, info);
    if (unlisted !== undefined) return unlisted;
    const agreed = await consents.agree(form, account, chosen);
    if (agreed.kind === "used") {
      return await notice(409, {
        title: "This form was sent before",
        text: "Nothing more was connected. If the program is not connected, start the sign-in there again.",
      });
    }
    if (agreed.kind !== "agreed") return await this.#choiceAgain(sent, agreed.kind, info);
    info.known();
    info.note({ customer: shortCustomerId(account.customer), connection: agreed.connection.id });
    const response = this.#back(form.asked, { code: agreed.code });
    const made = { customer: account.customer, connection: agreed.connection.id };
    await cookies.add(response.headers, made, await cookies.read(request));
    return response;
  }

  /** The page again, if the servers that a person chose are not all there now; a form can hold any number. */
  async #unlisted(
    { form, account, fields }: SentChoice,
    chosen: readonly number[] | undefined,
    info: RequestInfo,
  ): Promise<Response | undefined> {
    if (chosen === undefined) return undefined;
    const checked = await this.#options.signIn.accounts.check(account.token, info);
    if (checked.kind !== "accepted") return await this.#tokenAgain(form, checked);
    const { servers } = checked;
    const listed = new Set(servers?.map(({ id }) => id));
    if (chosen.every((id) => listed.has(id))) return undefined;
    return await this.#choice(form, account, { servers, problem: "unknown_server", chosen: chosenBefore(fields) });
  }

  async #choiceAgain(
    { form, account, fields }: SentChoice,
    problem: ChoiceProblem,
    info: RequestInfo,
  ): Promise<Response> {
    const checked = await this.#options.signIn.accounts.check(account.token, info);
    if (checked.kind !== "accepted") return await this.#tokenAgain(form, checked);
    return await this.#choice(form, account, { servers: checked.servers, problem, chosen: chosenBefore(fields) });
  }

  /** The first page again, after Cloudways did not accept the token. */
  async #tokenAgain({ asked }: ConsentForm, checked: Exclude<CheckedToken, { kind: "accepted" }>): Promise<Response> {
    const page = tokenPage(asked, await this.#options.signIn.consents.begin(asked), checked.kind);
    const headers = "retryAfter" in checked ? { "retry-after": String(checked.retryAfter) } : {};
    return await this.#page(asked, TOKEN_STATUS[checked.kind], page, headers);
  }

  async #choice(
    form: ConsentForm,
    account: ConsentAccount,
    shown: Pick<ChoicePage, "servers" | "problem" | "chosen">,
  ): Promise<Response> {
    const { signIn: { consents }, toolsets, isLasting } = this.#options;
    const page = choicePage({
      ...shown,
      asked: form.asked,
      form: await consents.withAccount(form, account),
      toolsets,
      isLasting,
    });
    return await this.#page(form.asked, shown.problem === undefined ? 200 : 422, page);
  }

  /** Sends the browser back to the client, with our name, so that the client can't take us for another server. */
  #back({ redirect, state }: Authorization, result: { code: string } | { error: string }): Response {
    const location = withParameters(redirect, { ...result, state, iss: this.#options.addresses.issuer });
    return new Response(null, { status: 303, headers: { location, "referrer-policy": "no-referrer" } });
  }

  /** A page whose form leads to the client in the end; browsers check that for the whole way. */
  async #page(
    { redirect }: Authorization,
    status: number,
    page: string,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return htmlResponse(status, page, { ...await pageHeaders([formTarget(redirect)]), ...headers });
  }
}

/** The second page's form, as a person sent it. */
interface SentChoice {
  form: ConsentForm;
  account: ConsentAccount;
  fields: URLSearchParams;
}

const TOKEN_STATUS: Record<TokenProblem, number> = { refused: 422, busy: 429, unknown: 503 };

/** A redirect as a source of a content security policy: its origin, or its scheme. */
function formTarget(redirect: string): string {
  const url = new URL(redirect);
  // A policy can't name an IPv6 address.
  const isOrigin = /^https?:$/.test(url.protocol) && !url.hostname.startsWith("[");
  return isOrigin ? url.origin : url.protocol;
}

type Chosen = Parameters<SignIn["consents"]["agree"]>[2];

/** Reads what a person chose. */
function readChoice(
  fields: URLSearchParams,
  offered: ReadonlySet<Toolset>,
): Chosen | { problem: ChoiceProblem } | "not the form" {
  const access = onlyOne(fields, "access");
  const duration = onlyOne(fields, "duration");
  const passphrase = onlyOne(fields, "passphrase") ?? "";
  const isChosen = (onlyOne(fields, "servers") ?? "all") === "chosen";
  const servers = fields.getAll("server").map(Number);
  const toolsets = TOOLSETS.filter((toolset) => offered.has(toolset) && fields.getAll("toolset").includes(toolset));
  if ((access !== "read" && access !== "write") || !isDuration(duration)) return "not the form";
  if (!servers.every((id) => Number.isSafeInteger(id) && id > 0)) return "not the form";
  if (toolsets.length === 0) return { problem: "no_toolset" };
  if (isChosen && servers.length === 0) return { problem: "no_server" };
  if (passphrase !== "" && !isApprovalCode(passphrase)) return { problem: "passphrase" };
  const isAll = TOOLSETS.every((toolset) =>
    toolset === "discovery" || !offered.has(toolset) || toolsets.includes(toolset)
  );
  return {
    bounds: {
      readOnly: access === "read",
      ...(!isAll && { toolsets: [...toolsets, "discovery" as const] }),
      ...(isChosen && { servers: [...new Set(servers)] }),
    },
    duration,
    passphrase: passphrase === "" ? undefined : passphrase,
  };
}

/** What a person chose, right or wrong. */
function chosenBefore(fields: URLSearchParams): ChosenBefore {
  const isChosen = onlyOne(fields, "servers") === "chosen";
  return {
    access: onlyOne(fields, "access"),
    servers: isChosen ? fields.getAll("server").map(Number) : undefined,
    toolsets: fields.getAll("toolset"),
    duration: onlyOne(fields, "duration"),
    hadPassphrase: fields.getAll("passphrase").some((text) => text !== ""),
  };
}

function isDuration(text: string | undefined): text is Duration {
  return text !== undefined && Object.hasOwn(DURATIONS, text);
}

function onlyOne(fields: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = fields.getAll(name);
  return more.length > 0 ? undefined : value;
}

async function refusal({ status, title, advice, headers }: FormRefusal): Promise<Response> {
  return await notice(status, { title, text: `Nothing was connected. ${advice}` }, headers);
}

async function notice(status: number, content: Notice, headers: Record<string, string> = {}): Promise<Response> {
  return htmlResponse(status, noticePage(content, END), { ...await pageHeaders(), ...headers });
}
