/** Characters that every way of escaping and of encoding texts leaves as they are. */
const PLAIN = /^[\w.-]*$/;

/** The forms that a secret may have inside other text: plain, escaped, encoded. Some may be equal. */
export function formsOf(secret: string): string[] {
  const base64 = base64Forms(secret);
  return [
    ...(PLAIN.test(secret) ? [secret] : escapedForms(secret)),
    ...base64,
    ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}

function escapedForms(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const percent = encodeURIComponent(secret.toWellFormed());
  const strict = percent.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return [
    secret,
    escaped,
    escaped.replaceAll("/", "\\/"),
    JSON.stringify(escaped).slice(1, -1),
    percent,
    strict,
    new URLSearchParams([["", secret]]).toString().slice(1),
    encodeURIComponent(percent),
  ];
}

/** The secret in base64 at each of its three alignments, so that it is found in `base64("user:secret")` too. */
function base64Forms(secret: string): string[] {
  const padded = new TextEncoder().encode(`\0\0${secret}`);
  return [0, 1, 2].map((offset) => {
    const bytes = padded.subarray(2 - offset);
    // The characters at the ends also encode bits of the neighbours, so they are left out.
    const first = offset === 0 ? 0 : offset + 1;
    return bytes.toBase64().slice(first, Math.floor(bytes.length * 8 / 6));
  });
}
