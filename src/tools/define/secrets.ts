/** Inputs and outputs of the tools that set or show passwords. */
import * as z from "zod";
import { SHOW, type Show } from "../../secrets/call_secrets.ts";

/** The input that says where secrets are shown. */
export const show = z.enum(SHOW).default("page").describe(
  "page: the user sees them once at secret_url, you don't. answer: you see them; only if the user wants that.",
);

/** The output of every tool that shows secrets on a page. */
export const secretOutput = {
  secret_url: z.string().optional(),
  secret_expires_at: z.string().optional(),
  show_next_step: z.string().optional(),
};

/** The output of every tool that sets a password. */
export const passwordOutput = { ...secretOutput, password: z.string().optional() };

/** Who sees a secret, as a consequence in a question. */
export const SEEN_BY: Record<Show, string> = {
  page:
    "A page shows the secret once, to the first person who opens it within ten minutes; the assistant does not see it.",
  answer: "The assistant sees the secret, and so does everyone who reads the conversation with it.",
};
