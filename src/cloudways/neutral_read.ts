import { Deadline } from "../async/deadline.ts";
import type { CloudwaysHttp, WireReply } from "./http.ts";
import { path } from "./path.ts";

/** Shorter than for customers' requests: it only shows whether Cloudways answers at all. */
const TIMEOUT_MS = 5_000;

/**
 * Asks Cloudways for its list of providers, without credentials, so that no customer's account affects the outcome. A
 * refusal also counts as an answer.
 */
export async function neutralRead(http: CloudwaysHttp): Promise<WireReply> {
  using deadline = new Deadline(TIMEOUT_MS);
  // An owner of its own, so that no customer can take its place.
  const owner = { customer: "nobody" };
  return await http.send({ method: "GET", path: path`/providers`, owner }, deadline);
}
