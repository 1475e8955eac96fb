import { allProperties } from "./all.ts";

/** Always the same cases, so that a failure comes from a change; deno task fuzz looks for new ones. */
const SEED = 20_261_120;

for (const { name, claim, quick, check } of allProperties) {
  Deno.test(`${name}: ${claim}`, async () => {
    const problem = await check(SEED, quick);

    if (problem !== undefined) {
      throw new Error(`deno task fuzz --only=${name} --seed=${SEED} --cases=${quick}\n${problem}`);
    }
  });
}
