/** Messages that are nearly plain requests. */
import assert from "node:assert/strict";
import { BASES, compare, compareLogs, startPair } from "../support/lean_pair.ts";
import { nearlyPlain } from "../support/near_messages.ts";
import { defineProperty, type FuzzProperty } from "./property.ts";

/** The properties of the lean path. */
export const leanPathProperties: readonly FuzzProperty[] = [
  defineProperty({
    name: "lean/same",
    claim: "nearly plain requests get the same answers with and without the SDK, and leave the same log",
    quick: 300,
    perBench: 5_000,
    bench: async () => {
      const pair = await startPair();
      let sent = 0;
      return {
        cases: nearlyPlain(BASES),
        holds: async (request) => {
          sent++;
          await compare(pair, request);
        },
        end: async () => {
          await compareLogs(pair);
          await pair[Symbol.asyncDispose]();
          assert.ok(pair.leanAnswers() >= Math.floor(sent / 20), `${pair.leanAnswers()} of ${sent}`);
        },
      };
    },
  }),
];
