/** What follows from a listing is worked out once for each listing. */
import assert from "node:assert/strict";
import { ListingFacts } from "../../src/cloudways/listing_facts.ts";
import { serverRecord } from "../../src/cloudways/models.ts";
import { ListedServers } from "../../src/cloudways/server_listing.ts";
import { fitting } from "../../src/tools/define/fitting.ts";

const listingOf = (...ids: number[]) => new ListedServers(ids.map((id) => serverRecord.parse({ id })), 0);

Deno.test("facts are worked out once for each listing", () => {
  let times = 0;
  const facts = new ListingFacts((servers) => {
    times++;
    return servers.map(({ id }) => id);
  });
  const [one, other] = [listingOf(1, 2), listingOf(3)];

  const given = [facts.of(one), facts.of(other), facts.of(one)];

  assert.deepEqual(given, [[1, 2], [3], [1, 2]]);
  assert.equal(given[0], given[2]);
  assert.equal(times, 2);
});

Deno.test("a page holds the first entries that fit, at least one, and looks at one more", () => {
  const pageOf = (...lengths: number[]) => {
    const looked: number[] = [];
    const shown = fitting(
      lengths.values().map((length, index) => {
        looked.push(index);
        return "x".repeat(length);
      }),
    );
    return [shown.length, looked.length];
  };

  assert.deepEqual(pageOf(15_000, 15_000, 15_000, 1, 1), [2, 3]);
  assert.deepEqual(pageOf(60_000, 1, 1), [1, 2]);
  assert.deepEqual(pageOf(19_998, 19_998), [2, 2]);
  assert.deepEqual(pageOf(19_998, 19_999), [1, 2]);
  assert.deepEqual(pageOf(), [0, 0]);
});
