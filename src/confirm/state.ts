import { z } from "zod";
import type { Clock } from "../async/clock.ts";
import type { Box } from "../crypto/box.ts";
import { readJson } from "../text/read_json.ts";
import type { CallBinding } from "./binding.ts";

/** How a person was asked through the client: by a form that is the answer, or by an address that leads to the page. */
export type AskedBy = "form" | "url";

/** What a question's state says; it travels through the client and back. */
export interface QuestionState {
  askedBy: AskedBy;
  tool: string;
  /** {@linkcode CallBinding.call} of the call that was asked about. */
  call: string;
  /** {@linkcode CallBinding.target} of it. */
  target: string;
  /** Names the record that the yes takes; 32 hex digits. */
  nonce: string;
  /** When the question was sent, in milliseconds since the Unix epoch: nobody answers at once. */
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
/** A state of ours is far shorter; nothing longer is worth opening. */
const MAX_LENGTH = 4096;

/** Seals what a question was about, so that the answer that comes back with it can't be about anything else. */
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

  /** The state, or undefined for one that was altered, is somebody else's, or has expired. */
  async open(customer: string, sealed: string): Promise<QuestionState | undefined> {
    if (sealed.length > MAX_LENGTH) return undefined;
    const text = await this.#box.open(sealed, { customer, purpose: PURPOSE });
    const state = text === undefined ? undefined : readJson(text, schema);
    return state !== undefined && this.#clock.now() < state.expiresAt ? state : undefined;
  }
}

/** Whether a state is about this tool with these arguments, whatever they hit by now. */
export function isAboutCall(state: QuestionState, tool: string, { call }: CallBinding): boolean {
  return state.tool === tool && state.call === call;
}

/** Whether a state is about this very call on this very target. */
export function isAbout(state: QuestionState, tool: string, binding: CallBinding): boolean {
  return isAboutCall(state, tool, binding) && state.target === binding.target;
}
