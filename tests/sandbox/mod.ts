/** A fake Cloudways API, for tests and for the demo. */
export { type Habits, type ReplyForms } from "./call.ts";
export { FakeClock } from "./fake_clock.ts";
export { type Fault, type FaultKind } from "./faults.ts";
export { type AccessTokenSpec, type AccountSpec, DEMO_ACCOUNT, DEMO_EPOCH } from "./make_account.ts";
export { type OperationPace } from "./operation_book.ts";
export { type PathSpelling } from "./routes.ts";
export { type RecordedRequest, type Sandbox, type SandboxOptions, startSandbox, type Violation } from "./sandbox.ts";
export * from "./state.ts";
