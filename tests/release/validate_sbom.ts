/**
 * Validates the bill of materials on standard input, and prints what is wrong: `null` for nothing. A program of its own,
 * since the validator reads its schemas from the cache of Deno.
 */
import * as Spec from "@cyclonedx/cyclonedx-library/Spec";
import * as Validation from "@cyclonedx/cyclonedx-library/Validation";

const text = await new Response(Deno.stdin.readable).text();
const problems = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
await new Blob([JSON.stringify(problems)]).stream().pipeTo(Deno.stdout.writable);
