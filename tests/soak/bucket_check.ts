/** Checks that customers' buckets limit what arrives at Cloudways. */
import type { Window } from "./windows.ts";

/** The capacity of a customer's bucket. */
export interface BucketLimit {
  capacity: number;
  windowSeconds: number;
  replicas: number;
}

/** The highest use of a customer's bucket, and the limit. */
export interface BucketPeak {
  level: number;
  allowed: number;
}

/**
 * Requests take their token before they are sent, and some travel longer than others, so they may arrive closer
 * together.
 */
const BUNCHING_SECONDS = 2;

/** One period: an outage of Redis, or the time between two. */
interface Stretch {
  troubled: boolean;
  arrivals: number[];
}

/**
 * The highest level of one customer's bucket, with and without Redis. Every period starts from zero, since Redis may
 * have lost the earlier use. In an outage each replica has its own bucket, and some requests before and after it use
 * the one in Redis.
 *
 * @param arrivals When the customer's requests came in, in milliseconds, oldest first.
 */
export function bucketPeaks(arrivals: readonly number[], limit: BucketLimit, troubles: readonly Window[]) {
  const { capacity, windowSeconds, replicas } = limit;
  const stretches = stretchesOf(arrivals, troubles);
  const peak = (troubled: boolean, buckets: number): BucketPeak => {
    const perSecond = buckets * capacity / windowSeconds;
    const levels = stretches.filter((one) => one.troubled === troubled).map((one) => peakOf(one.arrivals, perSecond));
    return { level: Math.max(0, ...levels), allowed: buckets * capacity + Math.ceil(perSecond * BUNCHING_SECONDS) };
  };
  return { calm: peak(false, 1), troubled: peak(true, replicas + 1) };
}

function stretchesOf(arrivals: readonly number[], troubles: readonly Window[]): Stretch[] {
  const stretches = new Map<number, Stretch>();
  for (const at of arrivals) {
    const begun = troubles.filter(({ from }) => from <= at);
    const troubled = begun.some(({ to }) => at <= to);
    const number = begun.length * 2 + (troubled ? 0 : 1);
    const stretch = stretches.get(number) ?? { troubled, arrivals: [] };
    stretch.arrivals.push(at);
    stretches.set(number, stretch);
  }
  return [...stretches.values()];
}

/** Each request adds one, and time drains: the rest is what a bucket must have held. */
function peakOf(arrivals: readonly number[], perSecond: number): number {
  let level = 0;
  let peak = 0;
  let last: number | undefined;
  for (const at of arrivals) {
    level = Math.max(0, level - (at - (last ?? at)) / 1000 * perSecond) + 1;
    peak = Math.max(peak, level);
    last = at;
  }
  return peak;
}
