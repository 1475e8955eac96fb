/** Bytes in a key. */
const KEY_BYTES = 32;

/** Characters of a key in base64, including the padding. */
const KEY_CHARACTERS = 44;

/**
 * Reads a key: 32 bytes in base64 or base64url, 44 characters, as {@linkcode generateKey} or Fernet makes it.
 *
 * Throws an Error that says what is wrong and never shows the key. Its message follows a name, as in
 * "ENCRYPTION_KEY must have …".
 */
export function parseKey(text: string): Uint8Array<ArrayBuffer> {
  if (text.length !== KEY_CHARACTERS) {
    throw new Error(`must have ${KEY_CHARACTERS} characters, but has ${text.length}`);
  }
  if (!/^([A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/.test(text)) {
    throw new Error("must be base64 (A-Z a-z 0-9 + / =) or base64url (A-Z a-z 0-9 - _ =), but has other characters");
  }
  const bytes = decode(text);
  if (bytes.length !== KEY_BYTES) throw new Error(`must hold ${KEY_BYTES} bytes, but holds ${bytes.length}`);
  return bytes;
}

/** A fresh random key in base64url, 44 characters. */
export function generateKey(): string {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES)).toBase64({ alphabet: "base64url" });
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  const alphabet = /[-_]/.test(text) ? "base64url" : "base64";
  try {
    return Uint8Array.fromBase64(text, { alphabet, lastChunkHandling: "strict" });
  } catch {
    // The decoder's error could quote the key, so it is not passed on.
    throw new Error("must be complete base64, but its last characters are not what an encoder writes");
  }
}
