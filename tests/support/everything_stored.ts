/** Everything in a Redis, sealed and opened. */
import assert from "node:assert/strict";
import * as z from "zod";
import { unpackTexts } from "../../src/cloudways/packed_texts.ts";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { parseKey } from "../../src/crypto/keys.ts";
import type { RawClient } from "./redis_server.ts";

/** One entry. */
export interface StoredEntry {
  key: string;
  /** The second part of the key. */
  purpose: string;
  /** The third part of the key: the 64 hex digits of a customer id, or `shared`. */
  customer: string;
  /** As stored in Redis. */
  raw: string;
  /** Its sealed texts, opened for the customer in its key, and what is packed in them; empty without any. */
  opened: string[];
  /** Whether it has a sealed text that does not open. */
  isForeign: boolean;
}

/** Reads every key. */
export async function everythingStored(redis: RawClient, encryptionKey: string): Promise<StoredEntry[]> {
  const box = new Box(await KeyRing.create({ encryptionKeys: [parseKey(encryptionKey)] }));
  const entries: StoredEntry[] = [];
  for await (const keys of redis.scanStream({ count: 1000 })) {
    for (const key of keys) {
      const [, purpose = "", customer = ""] = String(key).split(":");
      const texts = await textsOf(redis, String(key));
      const sealed = texts.filter((text) => text.startsWith("v1."));
      const opened = await Promise.all(sealed.map((text) => box.open(text, { customer, purpose })));
      entries.push({
        key: String(key),
        purpose,
        customer,
        raw: JSON.stringify(texts),
        opened: (await Promise.all(opened.filter((text) => text !== undefined).map(withPacked))).flat(),
        isForeign: opened.includes(undefined),
      });
    }
  }
  return entries;
}

const packing = z.looseObject({ packed: z.array(z.string()) });

/** A text, and the texts that are packed in it. */
async function withPacked(text: string): Promise<string[]> {
  const found = text.startsWith("{") ? packing.safeParse(JSON.parse(text)).data : undefined;
  const unpacked = found && await unpackTexts(found.packed);
  assert.equal(unpacked === undefined, found === undefined, "What is packed can't be unpacked.");
  return [text, ...unpacked ?? []];
}

async function textsOf(redis: RawClient, key: string): Promise<string[]> {
  const type = await redis.type(key);
  switch (type) {
    case "string":
      return [await redis.get(key) ?? ""];
    case "hash":
      return Object.entries(await redis.hgetall(key)).flat();
    case "stream":
      return (await redis.xrange(key, "-", "+")).flatMap(([id, fields]) => [id, ...fields]);
    case "none":
      // It has expired since.
      return [];
    default:
      throw new Error(`${key} is of type ${type}, which this can't read yet.`);
  }
}
