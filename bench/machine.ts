/** What Linux says about the processor time and the memory of processes, and the shape of this machine. */

/** The kernel counts processor time in steps of a hundredth of a second. */
const TICK_MS = 10;

/** Processor time at one moment, in milliseconds. */
export interface CpuTimes {
  /** Of everything on this machine, without interrupts: nearly all of them are the bench's own packets. */
  machine: number;
  /** Of each process that was asked for, with the children it has waited for. */
  processes: ReadonlyMap<number, number>;
}

// Only programs with every permission may read /proc by themselves.
async function cat(paths: readonly string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command("tail", { args: ["-n", "+1", "-v", ...paths], stderr: "null" }).output();
  return new TextDecoder().decode(stdout).split(/^==> .* <==\n/m).slice(1);
}

/** Reads the processor time of the machine and of some processes. A process that has ended counts as zero. */
export async function cpuTimes(pids: readonly number[]): Promise<CpuTimes> {
  const files = await cat(["/proc/stat", ...pids.map((pid) => `/proc/${pid}/stat`)]);
  const [, user, nice, system, , , , , steal] = (files[0] ?? "").split("\n")[0]?.split(/\s+/) ?? [];
  const machine = [user, nice, system, steal].reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_MS;
  return { machine, processes: new Map(pids.map((pid, index) => [pid, processTime(files[index + 1] ?? "")])) };
}

function processTime(stat: string): number {
  // The name stands in brackets and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_MS;
}

/** The memory of a process that is in RAM now, in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const [status = ""] = await cat([`/proc/${pid}/status`]);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** How many cores there are. */
export const CORES = navigator.hardwareConcurrency;

/**
 * The cores that a program may use: the first one for the server that is measured, the others for all that drives it.
 * With one core both share it.
 */
export function coresFor(role: "server" | "driver" | "all"): string {
  if (CORES === 1) return "0";
  return { server: "0", driver: `1-${CORES - 1}`, all: `0-${CORES - 1}` }[role];
}

/** One line about this machine, for the tables. */
export async function machineShape(): Promise<string> {
  const [info = ""] = await cat(["/proc/cpuinfo"]);
  const model = /^model name\s*: (.+)$/m.exec(info)?.[1]?.trim() ?? "unknown processor";
  const cores = `${CORES} ${CORES === 1 ? "core" : "cores"}`;
  return `${cores} (${model}, ${Deno.build.arch}), Linux, Deno ${Deno.version.deno}`;
}
