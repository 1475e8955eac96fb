/** Reports a missing redis-server once, instead of a failure in each test that needs it. */
try {
  await new Deno.Command("redis-server", { args: ["--version"], stdout: "null", stderr: "null" }).output();
} catch {
  const message = "The tests need redis-server in PATH. Debian, Ubuntu: apt-get install redis-server. " +
    "macOS: brew install redis.\n";
  await Deno.stderr.write(new TextEncoder().encode(message));
  Deno.exit(1);
}
