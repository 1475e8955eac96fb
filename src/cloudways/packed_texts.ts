/**
 * Packs texts for the cache. Records name the same members again and again, so packed they take a fifth of the room. Only
 * for texts whose secrets are hidden: how well a text packs says something about its content.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { mapInTurns } from "../async/turns.ts";

/** Characters that are packed at once. Other work gets its turn in between. */
const BATCH_CHARACTERS = 200_000;
/** Most bytes of what is unpacked of one batch: one text may be far longer than a batch. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Packs texts without line breaks; JSON has none. */
export function packTexts(texts: readonly string[]): Promise<string[]> {
  return mapInTurns(batchesOf(texts), pack);
}

/** The texts that {@linkcode packTexts} packed; undefined for anything else. */
export async function unpackTexts(packed: readonly string[]): Promise<string[] | undefined> {
  const batches = await mapInTurns(packed, unpack);
  const unpacked = batches.filter((batch) => batch !== undefined);
  return unpacked.length < batches.length ? undefined : unpacked.flatMap((batch) => batch.split("\n"));
}

function pack(batch: readonly string[]): string {
  return new Uint8Array(deflateRawSync(new TextEncoder().encode(batch.join("\n")))).toBase64();
}

function unpack(batch: string): string | undefined {
  try {
    return new TextDecoder().decode(inflateRawSync(Uint8Array.fromBase64(batch), { maxOutputLength: MAX_BYTES }));
  } catch {
    return undefined;
  }
}

function* batchesOf(texts: readonly string[]): Generator<string[]> {
  let [batch, characters]: [string[], number] = [[], 0];
  for (const text of texts) {
    batch.push(text);
    if ((characters += text.length) < BATCH_CHARACTERS) continue;
    yield batch;
    [batch, characters] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}
