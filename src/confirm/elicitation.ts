/** Questions in the form in which clients of either era take them, and what comes back. */
import { inputRequired } from "@modelcontextprotocol/server";
import { z } from "zod";
import { isTyped } from "./typed_label.ts";

/** What the client can put before a person. */
export interface ElicitationModes {
  /** A form that is answered in the client. */
  form: boolean;
  /** An address that the client shows past the model. */
  url: boolean;
}

/** A question that the client is to put to a person; the call then goes on with the answer. */
export interface ClientQuestion {
  message: string;
  /** Where the person decides, past the model; without it, by a form in the client. */
  url?: string;
  /** Comes back with the answer. */
  state: string;
  /** The form also takes the label of what is gone for good. `again`: another text was typed before. */
  label?: "first" | "again";
}

/** What came back from the client after a question. */
export interface Answer {
  /** As it was sent with the question; what the client made of it is not known. */
  state: string;
  /** The client's reply to the question, as it came. */
  reply: unknown;
}

/** Names our one question among a call's, in both directions. */
export const ANSWER_KEY = "approval";

/** No default: a form that is sent as it came is no yes. */
const APPROVAL_FORM = {
  type: "object" as const,
  properties: { approve: { type: "boolean" as const, title: "Approve", description: "Yes, carry this out." } },
  required: ["approve"],
};

/** The form for what is gone for good. */
const LABEL_FORM = {
  ...APPROVAL_FORM,
  properties: {
    ...APPROVAL_FORM.properties,
    label: {
      type: "string" as const,
      title: "Type it to approve",
      description: "The text that the message names, exactly as it stands there.",
    },
  },
  required: ["approve", "label"],
};

const replySchema = z.looseObject({
  action: z.string(),
  content: z.looseObject({ approve: z.unknown(), label: z.unknown().optional() }).nullish().catch(undefined),
});

const capabilitiesSchema = z.looseObject({
  elicitation: z.looseObject({ form: z.looseObject({}).optional(), url: z.looseObject({}).optional() }),
});

/** What a client can put before a person, as it declared; nothing but `{}` means forms without saying so. */
export function elicitationModes(capabilities: unknown): ElicitationModes {
  const declared = capabilitiesSchema.safeParse(capabilities).data?.elicitation;
  if (declared === undefined) return { form: false, url: false };
  return {
    form: declared.form !== undefined || Object.keys(declared).length === 0,
    url: declared.url !== undefined,
  };
}

/** No person reads a question and says no to it sooner than this. */
export const MIN_THOUGHT_MS = 500;

/**
 * What a reply says. `visited`: a person went to the address that was shown, whatever was decided there. `nobody`: no
 * person can have said it; the client did not show the question, or answered it by itself. `wrong_label`: a yes, but what
 * was typed is not the text that was shown.
 */
export type Heard = "yes" | "no" | "visited" | "nobody" | "wrong_label";

/**
 * Reads a reply. A yes is an accepted form with exactly `approve: true`, and needs no time: the client is trusted to show
 * the form.
 *
 * @param askedBy How the question was asked.
 * @param afterMs How long after the question the reply came.
 * @param typed What the person has to type with a yes; undefined where nothing.
 */
export function hear(reply: unknown, askedBy: "form" | "url", afterMs: number, typed?: string): Heard {
  const parsed = replySchema.safeParse(reply).data;
  const no = afterMs >= MIN_THOUGHT_MS ? "no" : "nobody";
  if (parsed?.action === "decline") return no;
  if (parsed?.action !== "accept") return "nobody";
  if (askedBy === "url") return "visited";
  if (parsed.content?.approve === true) return typed === undefined ? "yes" : hearLabel(parsed.content.label, typed);
  return parsed.content?.approve === false ? no : "nobody";
}

/** A form that came back without its label was shown to nobody as it is. */
function hearLabel(label: unknown, typed: string): Heard {
  if (typeof label !== "string") return "nobody";
  return isTyped(label, typed) ? "yes" : "wrong_label";
}

/** A question as the revisions before 2026-07-28 carry it, in a request of its own. */
export function elicitParamsOf({ message, url, label }: ClientQuestion, revision: string | undefined) {
  if (url !== undefined) return { mode: "url", message, url, elicitationId: crypto.randomUUID() };
  // Older revisions know one mode, and no name for it.
  const mode = revision !== undefined && revision < "2025-11-25" ? {} : { mode: "form" };
  return { ...mode, message, requestedSchema: label === undefined ? APPROVAL_FORM : LABEL_FORM };
}

/** A question as 2026-07-28 carries it, inside the answer to the call. */
export function inputRequestOf({ message, url, label }: ClientQuestion) {
  return url === undefined
    ? inputRequired.elicit({ message, requestedSchema: label === undefined ? APPROVAL_FORM : LABEL_FORM })
    : inputRequired.elicitUrl({ message, url });
}
