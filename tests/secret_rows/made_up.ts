/** Values with the look of secrets, made when the tests run: in the repository they would alarm those who search it. */

const ALPHABETS = {
  alnum: "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789",
  upper: "ABCDEFGHJKLMNPQRSTUVWXYZ234567",
  hex: "0123456789abcdef",
  letters: "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz",
  digits: "0123456789",
} as const;

/** Characters that look drawn at random and are the same at every run. */
export function drawn(length: number, alphabet: keyof typeof ALPHABETS = "alnum", seed = 7): string {
  const letters = ALPHABETS[alphabet];
  let state = seed + length;
  return Array.from({ length }, (_, index) => {
    state = (state * 1_103_515_245 + 12_345 + index) % 2_147_483_648;
    return letters.charAt(Math.floor(state / 65_536) % letters.length);
  }).join("");
}

/** An id of five parts. */
export function uuid(seed = 7): string {
  return [8, 4, 4, 4, 12].map((length, index) => drawn(length, "hex", seed + index)).join("-");
}
