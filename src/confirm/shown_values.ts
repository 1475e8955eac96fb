/** The values of a call as the person who is asked sees them. What is shown determines what would be sent. */
import { writeOut } from "../text/odd_characters.ts";
import type { JsonValue } from "../text/clean.ts";
import { cleanDeep } from "../text/clean_deep.ts";
import { type DeclaredInput, type DeclaredInputs, PLAIN_INPUT } from "./declared_input.ts";

/** Computes a digest that identifies a text and does not reveal it. */
export type Fingerprint = (text: string) => Promise<string>;

/** What is known of the values of a call. */
export interface ShownValuesOptions {
  /** What the tool's inputs declare. */
  declared: DeclaredInputs;
  /** Whether the subject of the question already shows a value. */
  isNamed: (value: unknown) => boolean;
  fingerprint: Fingerprint;
}

/** Arguments as a person sees them. */
export interface ShownValues {
  /** Without those that the question's subject already shows. */
  arguments: Record<string, JsonValue>;
  /** How each text of all arguments is shown; the keys are the texts as they are sent. */
  texts: ReadonlyMap<string, string>;
}

/**
 * Shows arguments uncut and as they are sent. Inputs that are declared as secret, or as shown by fingerprint, appear as
 * fingerprints; so do passwords in addresses. Those that the question's facts show are left out.
 */
export async function shownValues(
  input: Readonly<Record<string, unknown>>,
  { declared, isNamed, fingerprint }: ShownValuesOptions,
): Promise<ShownValues> {
  const texts = new Map<string, string>();
  const shown: Record<string, JsonValue> = {};
  const show = async (text: string, byFingerprint: boolean) => {
    const display = byFingerprint ? await digest(text, fingerprint) : await shownText(text, fingerprint);
    texts.set(text, display);
    return display;
  };
  const isShown = (role: DeclaredInput["role"], value: unknown) =>
    role === "content" || (role === "target" && !isNamed(value));
  for (const [name, value] of Object.entries(input)) {
    const { role, form, shownBy } = declared.get(name) ?? PLAIN_INPUT;
    if (shownBy === "facts") continue;
    const byFingerprint = shownBy === "fingerprint";
    const parts = form === "lines" && !byFingerprint && typeof value === "string" ? value.split("\n") : value;
    const display = await shownValue(parts, (text) => show(text, byFingerprint));
    if (isShown(role, value) && display !== undefined) shown[name] = display;
  }
  return { arguments: shown, texts };
}

async function shownValue(
  value: unknown,
  show: (text: string) => Promise<string>,
): Promise<JsonValue | undefined> {
  if (value === undefined) return undefined;
  if (typeof value === "string") return await show(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (Array.isArray(value)) {
    const items: JsonValue[] = [];
    for (const item of value) items.push(await shownValue(item, show) ?? null);
    return items;
  }
  return await show(JSON.stringify(cleanDeep(value)));
}

/** The part of an address before its host. */
const USER_INFO = /:\/\/([^/?#\s]*)@/g;

/** A text as it is sent, except for passwords in addresses. Host and path are shown in full. */
async function shownText(text: string, fingerprint: Fingerprint): Promise<string> {
  let shown = "";
  let end = 0;
  for (const match of text.matchAll(USER_INFO)) {
    const [whole, userInfo = ""] = match;
    const start = match.index + "://".length;
    // The user of an SSH address is not a secret. In a web address the user may be a token.
    const isWeb = /https?$/i.test(text.slice(0, match.index));
    const colon = userInfo.indexOf(":");
    const secretFrom = isWeb ? 0 : colon + 1;
    const secret = userInfo.slice(secretFrom);
    if (secret === "" || (!isWeb && colon < 0)) continue;
    shown += writeOut(text.slice(end, start) + userInfo.slice(0, secretFrom)) + await digest(secret, fingerprint);
    end = match.index + whole.length - 1;
  }
  return shown + writeOut(text.slice(end));
}

/** Shown in place of a hidden text. No other text can look like it, because its brackets would be written out. */
async function digest(text: string, fingerprint: Fingerprint): Promise<string> {
  const length = [...text].length;
  return `⟨${length} ${length === 1 ? "character" : "characters"}, fingerprint ${await fingerprint(text)}⟩`;
}
