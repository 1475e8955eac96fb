/** Questions as clients of both protocol eras accept them, and the replies. */
import { inputRequired } from "@modelcontextprotocol/server";
import * as z from "zod";
import { isTyped } from "./typed_label.ts";

/** How the client can ask a person. */
export interface ElicitationModes {
  /** By a form that is answered in the client. */
  form: boolean;
  /** By a URL that the client shows to the person and not to the model. */
  url: boolean;
}

/** A question that the client should ask a person. The call continues with the answer. */
export interface ClientQuestion {
  message: string;
  /** Where the person decides, hidden from the model. Without it, they decide in a form of the client. */
  url?: string;
  /** The client returns it with the answer. */
  state: string;
  /** The form also asks for the label of what is gone for good. `again`: a wrong text was typed before. */
  label?: "first" | "again";
}

/** The client's answer to a question. */
export interface Answer {
  /** The state that was sent with the question. The client may have changed it. */
  state: string;
  /** The client's reply, unparsed. */
  reply: unknown;
}

/** The key of our question among the input requests of a call, and of its answer. */
export const ANSWER_KEY = "approval";

/** Has no default, so that submitting the untouched form is not a yes. */
const APPROVAL_FORM = {
  type: "object" as const,
  properties: { approve: { type: "boolean" as const, title: "Approve", description: "Yes, carry this out." } },
  required: ["approve"],
};

/** The form for a call after which something is gone for good. */
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

/** How a client can ask a person, read from its capabilities. An empty `elicitation` means forms. */
export function elicitationModes(capabilities: unknown): ElicitationModes {
  const declared = capabilitiesSchema.safeParse(capabilities).data?.elicitation;
  if (declared === undefined) return { form: false, url: false };
  return {
    form: declared.form !== undefined || Object.keys(declared).length === 0,
    url: declared.url !== undefined,
  };
}

/** No person can read a question and say no to it in less time than this. */
export const MIN_THOUGHT_MS = 500;

/**
 * What a reply means. `visited`: a person opened the URL; their decision is not in the reply. `nobody`: no person has
 * answered; the client did not show the question, or answered it by itself. `wrong_label`: a yes, but the typed text is
 * not the one that was shown.
 */
export type Heard = "yes" | "no" | "visited" | "nobody" | "wrong_label";

/**
 * Reads a reply. A yes is an accepted form with exactly `approve: true`. It counts however fast it came: the client is
 * trusted to show the form.
 *
 * @param askedBy How the question was asked.
 * @param afterMs Milliseconds between the question and the reply.
 * @param typed What the person has to type with a yes; undefined if nothing.
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

/** A form without its label was not shown as we sent it, so it is nobody's answer. */
function hearLabel(label: unknown, typed: string): Heard {
  if (typeof label !== "string") return "nobody";
  return isTyped(label, typed) ? "yes" : "wrong_label";
}

/** A question for 2025 clients: the parameters of a separate request. */
export function elicitParamsOf({ message, url, label }: ClientQuestion, revision: string | undefined) {
  if (url !== undefined) return { mode: "url", message, url, elicitationId: crypto.randomUUID() };
  // Older revisions have only forms, and no `mode`.
  const mode = revision !== undefined && revision < "2025-11-25" ? {} : { mode: "form" };
  return { ...mode, message, requestedSchema: label === undefined ? APPROVAL_FORM : LABEL_FORM };
}

/** A question for 2026 clients: part of the answer to the call. */
export function inputRequestOf({ message, url, label }: ClientQuestion) {
  return url === undefined
    ? inputRequired.elicit({ message, requestedSchema: label === undefined ? APPROVAL_FORM : LABEL_FORM })
    : inputRequired.elicitUrl({ message, url });
}
