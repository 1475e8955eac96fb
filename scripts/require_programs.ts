/** Reports programs that are missing once, instead of a failure in each test that needs them. */
const PROGRAMS = [
  { name: "redis-server", flag: "--version", debian: "redis-server", brew: "redis" },
  { name: "nginx", flag: "-v", debian: "nginx-light", brew: "nginx" },
  { name: "jq", flag: "--version", debian: "jq", brew: "jq" },
] as const;

const missing = (await Promise.all(PROGRAMS.map(async (program) => {
  try {
    await new Deno.Command(program.name, { args: [program.flag], stdout: "null", stderr: "null" }).output();
    return [];
  } catch {
    return [program];
  }
}))).flat();

if (missing.length > 0) {
  const all = (kind: "name" | "debian" | "brew") => missing.map((program) => program[kind]).join(" ");
  const message = `The tests need in PATH: ${all("name")}. Debian, Ubuntu: apt-get install ${all("debian")}, and ` +
    `/usr/sbin in PATH. macOS: brew install ${all("brew")}.\n`;
  await Deno.stderr.write(new TextEncoder().encode(message));
  Deno.exit(1);
}
