/** Shows data on pages: cleaned, in quotation marks and in a box of its own. */
import { dnsName, hostOf } from "../../text/dns_names.ts";
import { spelledName, spelledValue } from "../../text/odd_characters.ts";
import { safeText } from "../../text/safe.ts";
import { cleanText, type JsonValue } from "../../text/clean.ts";
import { type Html, markup } from "../html.ts";

const MAX_ACCOUNT_TEXT = 60;

/** Longer lists are shown in columns if there is room. */
const LONG_LIST = 8;

/** Text of the account or the caller: without secrets, and cut. */
export function data(text: string): Html {
  const shown = safeText(text, { maxLength: MAX_ACCOUNT_TEXT });
  return markup`${box(shown)}${letters(spelledName(shown))}`;
}

/**
 * A value, uncut. Its secrets are hidden already; hiding more would hide what is asked. Behind it come a domain that is
 * not plain ASCII as DNS knows it, and other letters as code points.
 */
export function valueData(text: string): Html {
  const shown = cleanText(text);
  const known = dnsName(shown);
  const beside = known === undefined ? shown : shown.replace(hostOf(shown), "");
  const spelled = spelledValue(beside) === undefined ? undefined : spelledValue(shown);
  const inDns = known === undefined ? undefined : markup` <span class="note">in DNS:</span> ${box(known)}`;
  return markup`${box(shown)}${inDns}${letters(spelled)}`;
}

/** Several values, uncut. */
export function listData(values: readonly string[]): Html {
  const isLong = values.length > LONG_LIST;
  return markup`<ul class="${isLong ? "plain long" : "plain"}">${
    values.map((value) => markup`<li>${valueData(value)}</li>`)
  }</ul>`;
}

/** The value of an argument. */
export function argumentData(value: JsonValue): Html {
  if (!Array.isArray(value)) return valueData(valueText(value));
  if (value.length === 0) return markup`an empty list`;
  return listData(value.map(valueText));
}

function valueText(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A text with a reading order of its own, so that it can't rearrange the text after it. */
function box(text: string): Html {
  return markup`<bdi class="data">“${text}”</bdi>`;
}

function letters(spelled: string | undefined): Html | undefined {
  return spelled === undefined ? undefined : markup` <span class="note">not all plain letters:</span> ${box(spelled)}`;
}
