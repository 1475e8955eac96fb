/**
 * Packs texts for the cache. Records name the same members again and again, so packed they take a fifth of the room. Only
 * for texts whose secrets are hidden: how well a text packs says something about its content.
 */
import { mapInTurns } from "../async/turns.ts";

/** Characters that are packed at once. Other work gets its turn in between. */
const BATCH_CHARACTERS = 200_000;
/** Most bytes of what is unpacked of one batch: one text may be far longer than a batch. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Packs texts without line breaks; JSON has none. */
export async function packTexts(texts: readonly string[]): Promise<string[]> {
  const { deflateRawSync } = await zlib();
  const pack = (batch: readonly string[]) => {
    const bytes = deflateRawSync(new TextEncoder().encode(batch.join("\n")));
    return new Uint8Array(bytes).toBase64();
  };
  return await mapInTurns(batchesOf(texts), pack);
}

/** The texts that {@linkcode packTexts} packed; undefined for anything else. */
export async function unpackTexts(packed: readonly string[]): Promise<string[] | undefined> {
  const { inflateRawSync } = await zlib();
  const unpack = (batch: string) => {
    try {
      return new TextDecoder().decode(inflateRawSync(Uint8Array.fromBase64(batch), { maxOutputLength: MAX_BYTES }));
    } catch {
      return undefined;
    }
  };
  const batches = await mapInTurns(packed, unpack);
  const unpacked = batches.filter((batch) => batch !== undefined);
  return unpacked.length < batches.length ? undefined : unpacked.flatMap((batch) => batch.split("\n"));
}

/** Deno's zlib takes a part of the start, so it is loaded at its first use. */
function zlib() {
  return import("node:zlib");
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
