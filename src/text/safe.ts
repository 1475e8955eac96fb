/**
 * Text and values that are not ours, fit to be seen: bounded to what can be kept, cleaned, without secrets, and cut.
 * Cutting comes last, since half a secret would not be recognised; bounding comes first, so that nobody makes us look
 * through more.
 */
import { boundText, type ValueBounds } from "./bounds.ts";
import { cleanText, type JsonValue } from "./clean.ts";
import { CLEANED } from "./clean_deep.ts";
import { hiderOf, hideSecretsInText, type Secrets } from "./redaction/hider.ts";
import { type Rules, type Showing, transform } from "./walk.ts";

/** How {@linkcode safeText} hides and cuts. */
export interface SafeTextOptions {
  /** Texts to hide wherever they occur, such as the caller's own credentials. None by default. */
  secrets?: Secrets;
  /** Most code points of the result, the ellipsis included. */
  maxLength: number;
}

/** Text that is not ours, fit to be seen. */
export function safeText(text: string, { secrets = [], maxLength }: SafeTextOptions): string {
  return cleanText(hideSecretsInText(cleanText(boundText(text, maxLength)), secrets), { maxLength });
}

/**
 * A value that is not ours, fit to be seen: its texts and names as by {@linkcode safeText}, and few of them.
 *
 * @param open What is shown in place of a value.
 */
export function safeValue(
  value: unknown,
  bounds: ValueBounds,
  secrets?: Secrets,
  open?: Rules<unknown>["open"],
): JsonValue {
  const showing = cutting(hiderOf(secrets ?? []).showing, bounds.text);
  return transform(value, { bounds, reading: CLEANED, showing, ...(open !== undefined && { open }) });
}

/** The same, with texts and names cut. */
function cutting<Context>(showing: Showing<Context>, maxLength: number): Showing<Context> {
  return {
    ...showing,
    text: (text, place) => cleanText(showing.text(text, place), { maxLength }),
    name: (name, depth) => cleanText(showing.name(name, depth), { maxLength }),
  };
}
