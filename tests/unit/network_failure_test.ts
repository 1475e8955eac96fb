import assert from "node:assert/strict";
import { networkFailure } from "../../src/cloudways/network_failure.ts";

/** An error as the runtime throws it. */
function failed(below: string): TypeError {
  return new TypeError("fetch failed", { cause: new Error(below) });
}

const CONNECT = "error sending request for url (https://api.example.com/): client error (Connect): ";
const SEND =
  "error sending request from 127.0.0.1:5 for http://127.0.0.1:4/ (127.0.0.1:4): client error (SendRequest): ";

/** Real messages of several systems. */
const SEEN: [Error, string | undefined][] = [
  [failed(`${CONNECT}dns error: failed to lookup address information: Name or service not known`), "dns"],
  [failed(`${CONNECT}dns error: No such host is known. (os error 11001)`), "dns"],
  [failed(`${CONNECT}tcp connect error: Connection refused (os error 111)`), "refused"],
  [
    failed(`${CONNECT}tcp connect error: No connection could be made because the target machine actively refused it`),
    "refused",
  ],
  [failed(`${CONNECT}received corrupt message of type InvalidContentType`), "tls"],
  [failed(`${CONNECT}tls handshake eof`), "tls"],
  [failed(`${CONNECT}invalid peer certificate: UnknownIssuer`), "tls"],
  [failed(`${SEND}connection closed before message completed`), "reset"],
  [failed(`${SEND}connection error: Connection reset by peer (os error 104)`), "reset"],
  [failed(`${SEND}connection error: Broken pipe (os error 32)`), "reset"],
  [new TypeError("error reading a body from connection"), "reset"],
  [new TypeError("something new"), undefined],
];

for (const [error, failure] of SEEN) {
  const text = error.cause instanceof Error ? error.cause.message.slice(-60) : error.message;
  Deno.test(`a failure with "${text}" is ${failure ?? "unknown"}`, () => {
    assert.equal(networkFailure(error), failure);
  });
}

Deno.test("a value that is not an error has no cause", () => {
  assert.deepEqual([networkFailure(undefined), networkFailure("dns error")], [undefined, undefined]);
});
