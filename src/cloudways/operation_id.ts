/** Digits, a short word before digits (`flex-92994091`), or a UUID. */
const OPERATION_ID = /^(?:(?:[a-z]{1,8}-)?\d{1,20}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i;

/**
 * Whether a text has the form of an operation's id. Cloudways' answers may contain anything in its place; only text of
 * this form goes into our sentences.
 */
export function isOperationId(text: string): boolean {
  return OPERATION_ID.test(text);
}
