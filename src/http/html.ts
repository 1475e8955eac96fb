/** HTML with escaped text, and hashes of styles for the content security policy. */

/** HTML that needs no escaping. */
export class Html {
  /** The markup. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value in a {@linkcode markup} template. */
export type HtmlPart = string | number | Html | undefined | readonly HtmlPart[];

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * A template tag that escapes every text, so that none becomes markup; `undefined` inserts nothing. It is not called
 * `html`, because formatters would then add visible spaces.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(strings.map((text, index) => text + partText(parts[index])).join(""));
}

/** The hash by which a content security policy allows an inline style sheet or script. */
export async function inlineHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${new Uint8Array(digest).toBase64()}'`;
}

function partText(part: HtmlPart): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(partText).join("");
  return String(part).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
