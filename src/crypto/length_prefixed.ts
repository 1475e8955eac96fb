/**
 * Joins texts so that different lists always give different bytes. Each text is UTF-8 after its length in bytes, a
 * big-endian 32-bit number.
 */
export function lengthPrefixed(...parts: string[]): Uint8Array<ArrayBuffer> {
  const encoded = parts.map((part) => new TextEncoder().encode(part));
  const joined = new Uint8Array(encoded.reduce((sum, bytes) => sum + 4 + bytes.length, 0));
  const view = new DataView(joined.buffer);
  let offset = 0;
  for (const bytes of encoded) {
    view.setUint32(offset, bytes.length);
    joined.set(bytes, offset + 4);
    offset += 4 + bytes.length;
  }
  return joined;
}
