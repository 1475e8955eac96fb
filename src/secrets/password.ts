import { SecretText } from "../text/secret_text.ts";

/**
 * Characters that Cloudways accepts in every password and no shell or form changes. `&`, `+`, `%` and quotes are left
 * out.
 */
const CLASSES = ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789", "!-_"] as const;
const ALPHABET = CLASSES.join("");
const LENGTH = 24;
/** Bytes from here on are skipped: they would make the first characters of the alphabet more likely. */
const BYTE_LIMIT = 256 - 256 % ALPHABET.length;

/**
 * Makes a strong password: 24 characters, at least one of each class, and a letter or digit in front. All such
 * passwords are equally likely.
 */
export function makePassword(): SecretText {
  while (true) {
    const text = randomText();
    const isStrong = CLASSES.every((letters) => [...text].some((character) => letters.includes(character)));
    if (isStrong && /^[A-Za-z0-9]/.test(text)) return new SecretText(text);
  }
}

function randomText(): string {
  let text = "";
  while (text.length < LENGTH) {
    for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH))) {
      if (byte < BYTE_LIMIT && text.length < LENGTH) text += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return text;
}
