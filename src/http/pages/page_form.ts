/** Reads the forms of our pages, and refuses what was not sent by one. */
import { BodyError, type BodyReader } from "../request_body.ts";
import type { RequestInfo } from "../handled_request.ts";

/** Why a form is refused: a page with this status, title and text. */
export interface FormRefusal {
  status: number;
  title: string;
  /** What to do. What did not happen stands before it. */
  advice: string;
  headers?: Record<string, string>;
}

/** The fields of a form, or why it is refused. */
export type ReadForm = { fields: URLSearchParams } | { refusal: FormRefusal };

/** How {@linkcode readPageForm} reads. */
export interface PageFormOptions {
  publicUrl: URL;
  bodies: BodyReader;
  maxBytes: number;
}

/** The refusal of a body that is not a form of the page. */
export const NOT_THE_FORM: FormRefusal = {
  status: 400,
  title: "Not understood",
  advice: "Open the page again and use its buttons.",
};

/** Whether a form came from our own page. Other sites can make a browser send one, but not with our origin. */
export function isFromOurPage({ headers }: Request, { origin }: URL): boolean {
  const site = headers.get("sec-fetch-site");
  return headers.get("origin") === origin && (site === null || site === "same-origin");
}

/** Reads a form that has to come from a page of ours. */
export async function readPageForm(
  request: Request,
  info: Pick<RequestInfo, "address" | "limited">,
  { publicUrl, bodies, maxBytes }: PageFormOptions,
): Promise<ReadForm> {
  if (!isFromOurPage(request, publicUrl)) {
    const advice = "Open the address exactly as it was given to you, and use that page.";
    return { refusal: { status: 403, title: "Not from here", advice } };
  }
  if (mediaType(request) !== "application/x-www-form-urlencoded") return { refusal: NOT_THE_FORM };
  try {
    return { fields: new URLSearchParams(await bodies.read(request, { address: info.address, maxBytes })) };
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    if (error.problem === "no_room") info.limited("bodies");
    return { refusal: bodyRefusal(error.problem) };
  }
}

/** The media type of a body, without its parameters. */
export function mediaType({ headers }: Request): string | undefined {
  return headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
}

function bodyRefusal(problem: BodyError["problem"]): FormRefusal {
  const again = "Open the page again and use its buttons.";
  if (problem === "too_large") return { status: 413, title: "Too much was sent", advice: again };
  const cut = { title: "Please try again", advice: `What you sent did not arrive completely. ${again}` };
  return problem === "too_slow" ? { status: 408, ...cut } : { status: 503, ...cut, headers: { "retry-after": "1" } };
}
