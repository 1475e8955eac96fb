/** Looks for secrets in whatever can be seen. */

/** Something that was seen. */
export interface Sight {
  where: string;
  text: string;
}

/**
 * What of the secrets is found, with where it is.
 *
 * @param secrets By what they are. Each is a word of letters and digits that stands nowhere else, so that a part of a
 * secret that was hidden in part is found too, whatever its rest looks like when it is escaped.
 */
export function leaksIn(sights: readonly Sight[], secrets: Readonly<Record<string, string>>): string[] {
  const searches = Object.entries(secrets).map(([name, secret]) => ({ name, pattern: patternOf(secret) }));
  return sights.flatMap(({ where, text }) =>
    searches.flatMap(({ name, pattern }) => {
      const found = pattern.exec(text);
      return found === null ? [] : [`${name} in ${where}: …${around(text, found.index)}…`];
    })
  );
}

/** Plain in any case, since addresses are lower case; percent-encoded whole; in hex; and in base64 at each alignment. */
function patternOf(secret: string): RegExp {
  if (!/^[0-9A-Za-z]{8,}$/.test(secret)) throw new Error(`${secret} is no word to be looked for.`);
  const bytes = new TextEncoder().encode(secret);
  const percent = [...bytes].map((byte) => `%${byte.toString(16)}`).join("");
  const base64 = base64Forms(bytes).map((form) => form.replace(/[+/-]/g, "."));
  return new RegExp(`(?i:${secret}|${percent}|${bytes.toHex()})|${base64.join("|")}`);
}

/** What stands for the secret whatever is in front of it and behind it. */
function base64Forms(bytes: Uint8Array): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = new Uint8Array([...new Uint8Array(offset), ...bytes]).toBase64();
    return encoded.slice(offset === 0 ? 0 : offset + 1, Math.floor((offset + bytes.length) * 8 / 6));
  });
}

function around(text: string, index: number): string {
  return text.slice(Math.max(0, index - 160), index + 100);
}
