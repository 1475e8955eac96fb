import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import type { Box } from "../crypto/box.ts";
import { readJson } from "../text/read_json.ts";
import type { CallBinding } from "./binding.ts";

/** How a person was asked through the client: by a form in the client, or by the address of the approval page. */
export type AskedBy = "form" | "url";

/** The state of a question. It is sent to the client, which returns it with the answer. */
export interface QuestionState {
  askedBy: AskedBy;
  tool: string;
  /** {@linkcode CallBinding.call} of the call that was asked about. */
  call: string;
  /** {@linkcode CallBinding.target} of it. */
  target: string;
  /** The name of the stored record that a yes takes; 32 hex digits. */
  nonce: string;
  /** When the question was sent, in milliseconds since the Unix epoch. A no that comes too fast is not a person's. */
  sentAt: number;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number;
}

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));

const schema = z.strictObject({
  askedBy: z.enum(["form", "url"]),
  tool: z.string(),
  call: hex(64),
  target: hex(64),
  nonce: hex(32),
  sentAt: z.number(),
  expiresAt: z.number(),
});

const PURPOSE = "question_state";
/** Our own states are far shorter. Longer ones are refused unopened. */
const MAX_LENGTH = 4096;

/** Seals the state of a question, so that the answer can't be used for another question. */
export class QuestionStates {
  readonly #box: Box;
  readonly #clock: Clock;

  constructor(box: Box, clock: Clock) {
    this.#box = box;
    this.#clock = clock;
  }

  /** @param customer All 64 hex digits of the customer id; the state opens for nobody else. */
  seal(customer: string, state: QuestionState): Promise<string> {
    return this.#box.seal(JSON.stringify(state), { customer, purpose: PURPOSE });
  }

  /** The state; undefined if it was changed, belongs to another customer, or has expired. */
  async open(customer: string, sealed: string): Promise<QuestionState | undefined> {
    if (sealed.length > MAX_LENGTH) return undefined;
    const text = await this.#box.open(sealed, { customer, purpose: PURPOSE });
    const state = text === undefined ? undefined : readJson(text, schema);
    return state !== undefined && this.#clock.now() < state.expiresAt ? state : undefined;
  }
}

/** Whether a state is about this tool with these arguments, even if their target has changed. */
export function isAboutCall(state: QuestionState, tool: string, { call }: CallBinding): boolean {
  return state.tool === tool && state.call === call;
}

/** Whether a state is about exactly this call on exactly this target. */
export function isAbout(state: QuestionState, tool: string, binding: CallBinding): boolean {
  return isAboutCall(state, tool, binding) && state.target === binding.target;
}
