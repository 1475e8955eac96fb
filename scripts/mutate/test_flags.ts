/** How tests are run, with the permissions that those have which start no other program than Redis. */
export const TEST = [
  ...["test", "--config", "tests/deno.json", "--quiet", "--no-check", "--no-prompt", "--ignore-env"],
  ...[
    "--allow-env=PATH,HOME",
    "--allow-net=127.0.0.1",
    "--allow-read=.",
    "--allow-write=dist",
    "--allow-run=redis-server",
  ],
];
