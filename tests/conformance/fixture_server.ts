/** The product, with the conformance suite's fixtures in place of its tools. */
import { type Service, startService } from "../support/harness.ts";
import { createFixtureServer, isSlowFixture } from "./fixtures/server.ts";

/** Answers on the lean path what every server answers. No fixture is a plain tool. */
const lean = {
  viewOf: () => "",
  isPlain: () => false,
  call: () => Promise.reject(new Error("not a plain tool")),
  onUnexpected: () => {},
  onError: () => {},
};

/** Starts the fixture server on a free port. Ends with the test. */
export function startFixtureServer(): Promise<Service> {
  return startService({
    protocol: { createServer: createFixtureServer, isSlow: isSlowFixture, lean },
    // The suite sends no credentials: every caller is the same customer.
    around: (serve) => (request, connection) => {
      const signed = new Request(request);
      signed.headers.set("x-cloudways-access-token", "cw_conformance");
      return serve(signed, connection);
    },
  });
}
