/** Writes how much work one request of each kind takes, so that a review shows every change of it. */
import { startRedis } from "../tests/support/redis_server.ts";
import { WORK_FILE, workPerRequest, workText } from "../tests/support/work_per_request.ts";

await using redis = await startRedis();
await Deno.writeTextFile(
  WORK_FILE,
  workText({ embedded: await workPerRequest(), redis: await workPerRequest(redis) }),
);
