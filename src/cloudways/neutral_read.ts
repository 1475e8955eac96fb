import { Deadline } from "../async/deadline.ts";
import type { CloudwaysHttp, WireReply } from "./http.ts";
import { path } from "./path.ts";

/** A read that is to show whether Cloudways answers at all must not take as long as the work of a customer may. */
const TIMEOUT_MS = 5_000;

/**
 * Asks Cloudways for its list of providers, without credentials: nobody's account and nobody's trouble are in it. That it
 * is refused is an answer.
 */
export async function neutralRead(http: CloudwaysHttp): Promise<WireReply> {
  using deadline = new Deadline(TIMEOUT_MS);
  // A place that no customer can take.
  const owner = { customer: "nobody" };
  return await http.send({ method: "GET", path: path`/providers`, owner }, deadline.signal);
}
