/** Runs a program that brings a model of its own. What the model saw is told by its stand-in. */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

export const modelUrl = process.env.MODEL_URL ?? "";

/** Writes a file of settings into the home folder of this run, and gives its path. */
export function setting(name, content) {
  const path = join(homedir(), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

/** Runs the program in the home folder, so that it finds no project, and ends with its code. */
export function run(command, args, env = {}) {
  const child = spawn(command, args, {
    cwd: homedir(),
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  child.on("exit", (code) => process.exit(code ?? 1));
}
