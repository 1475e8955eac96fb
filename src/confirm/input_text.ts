import { z } from "zod";
import { TEXT_FORMS } from "../text/odd_characters.ts";

const schema = z.object({
  /** What the text may hold. */
  form: z.enum(TEXT_FORMS).default("line"),
  /** How a question shows it: as it is sent, or by a fingerprint of it. */
  shownBy: z.enum(["text", "fingerprint"]).default("text"),
});

/** How an input's text is read and shown. */
export type InputText = z.output<typeof schema>;

/** Where an input declares it, beside what JSON Schema knows; it is not listed. */
export const INPUT_TEXT = "inputText";

/** One line, shown as it is sent: what an input is that declares nothing. */
export const ONE_LINE: InputText = { form: "line", shownBy: "text" };

/** Declares how the text of an input is read and shown: `z.string().meta(inputText({ form: "lines" }))`. */
export function inputText(text: Partial<InputText>): Record<string, unknown> {
  return { [INPUT_TEXT]: text };
}

/** What an input declares. */
export function readInputText(declared: unknown): InputText {
  return declared === undefined ? ONE_LINE : schema.parse(declared);
}
