/** Looks for secrets in everything that can be seen. */

/** Something that was seen. */
export interface Sight {
  where: string;
  text: string;
}

/**
 * The secrets that are found, each with its place.
 *
 * @param secrets By their names. Each is a unique word of letters and digits, so that a partly hidden secret is found
 * too, however the rest is escaped.
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

/**
 * Plain in any case, since addresses are lower case; percent-encoded whole; in hex; and in base64 at each alignment.
 */
function patternOf(secret: string): RegExp {
  if (!/^[0-9A-Za-z]{8,}$/.test(secret)) throw new Error(`${secret} can't be searched for.`);
  const bytes = new TextEncoder().encode(secret);
  const percent = [...bytes].map((byte) => `%${byte.toString(16)}`).join("");
  const base64 = base64Forms(bytes).map((form) => form.replace(/[+/-]/g, "."));
  return new RegExp(`(?i:${secret}|${percent}|${bytes.toHex()})|${base64.join("|")}`);
}

/** The part of the encoding that does not depend on the text around the secret. */
function base64Forms(bytes: Uint8Array): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = new Uint8Array([...new Uint8Array(offset), ...bytes]).toBase64();
    return encoded.slice(offset === 0 ? 0 : offset + 1, Math.floor((offset + bytes.length) * 8 / 6));
  });
}

function around(text: string, index: number): string {
  return text.slice(Math.max(0, index - 160), index + 100);
}
