/** Says in one line what the tests lack, instead of a failure for each test that needs it. */
try {
  await new Deno.Command("redis-server", { args: ["--version"], stdout: "null", stderr: "null" }).output();
} catch {
  const message = "The tests need redis-server in PATH. Debian, Ubuntu: apt-get install redis-server. " +
    "macOS: brew install redis.\n";
  await Deno.stderr.write(new TextEncoder().encode(message));
  Deno.exit(1);
}
