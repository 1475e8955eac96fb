import assert from "node:assert/strict";
import { freePort } from "../support/free_port.ts";
// Another test file has a module of its own.
import { freePort as freePortElsewhere } from "../support/free_port.ts?elsewhere";

Deno.test("two test files never get the same port, even before anything listens there", () => {
  const here = Array.from({ length: 99 }, () => freePort());
  const elsewhere = Array.from({ length: 99 }, () => freePortElsewhere());

  assert.equal(new Set([...here, ...elsewhere]).size, 198);
});

Deno.test("a port in use is left out", () => {
  const port = freePort();
  using _listener = Deno.listen({ hostname: "127.0.0.1", port: port + 1 });

  assert.equal(freePort(), port + 2);
});
