import assert from "node:assert/strict";
import { WaitingRoom } from "../../src/cloudways/waiting_room.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

/** A room of a few places with a wait of one second. */
function startRoom(places: number) {
  const clock = new FakeClock();
  const room = new WaitingRoom(places);
  const enter = (address: string) => room.stay(address, (turnedAway) => clock.sleep(1_000, turnedAway));
  return { clock, enter };
}

Deno.test("as many callers wait as there are places, and one more is refused at once", async () => {
  const { clock, enter } = startRoom(3);
  const waiting = [enter("a"), enter("a"), enter("a")];

  const refused = await enter("a");
  await clock.advance(1_000);

  assert.equal(refused, false);
  assert.deepEqual(await Promise.all(waiting), [true, true, true]);
  assert.equal(clock.sleeping, 0);
});

Deno.test("a new caller from an address with few places takes one from an address with many", async () => {
  const { clock, enter } = startRoom(50);
  const attackers = Array.from({ length: 50 }, () => enter("attacker"));

  const bystanders = Array.from({ length: 20 }, (_, index) => enter(`bystander ${index}`));
  await clock.advance(1_000);

  assert.ok((await Promise.all(bystanders)).every((hasWaited) => hasWaited));
  assert.equal((await Promise.all(attackers)).filter((hasWaited) => !hasWaited).length, 20);
});

Deno.test("many addresses with one place each keep theirs", async () => {
  const { clock, enter } = startRoom(3);
  const waiting = ["a", "b", "c"].map(enter);

  const refused = [await enter("d"), await enter("a")];
  await clock.advance(1_000);

  assert.deepEqual(refused, [false, false]);
  assert.deepEqual(await Promise.all(waiting), [true, true, true]);
});

Deno.test("a caller that leaves makes room, and gets the reason why the wait ended", async () => {
  const room = new WaitingRoom(1);
  const gone = room.stay("a", () => Promise.reject(new Error("gone")));

  await assert.rejects(gone, /gone/);

  assert.equal(await room.stay("b", () => Promise.resolve()), true);
});
