/**
 * Loaded into a process before the program: on SIGUSR2 it makes every kind of uncaught error. So the program itself
 * needs no code that provokes one.
 */
import { EventEmitter } from "node:events";
import process from "node:process";

Deno.addSignalListener("SIGUSR2", () => {
  Promise.reject(new Error("an unhandled rejection"));
  setTimeout(() => {
    throw new Error("a timer that throws");
  });
  queueMicrotask(() => {
    throw new Error("a microtask that throws");
  });
  process.nextTick(() => {
    throw new Error("a tick that throws");
  });
  setTimeout(() => new EventEmitter().emit("error", new Error("an emitter without listeners")));
  setTimeout(() => Promise.reject("no error at all, but it says cw_EXAMPLE_OF_NOBODY"));
});
