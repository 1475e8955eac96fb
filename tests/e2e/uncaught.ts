/**
 * Loaded into a process before the program: on SIGUSR2 it makes every kind of mistake that nobody catches. So the
 * program itself needs no way to provoke one.
 */
import { EventEmitter } from "node:events";
import process from "node:process";

Deno.addSignalListener("SIGUSR2", () => {
  Promise.reject(new Error("a rejection that nobody catches"));
  setTimeout(() => {
    throw new Error("a timer that throws");
  });
  queueMicrotask(() => {
    throw new Error("a microtask that throws");
  });
  process.nextTick(() => {
    throw new Error("a tick that throws");
  });
  setTimeout(() => new EventEmitter().emit("error", new Error("an emitter that nobody listens to")));
  setTimeout(() => Promise.reject("no error at all, but it says cw_EXAMPLE_OF_NOBODY"));
});
