/** `serve.ts` with `uncaught.ts` in front of it, since `deno serve` loads nothing before its module. */
import "./uncaught.ts";
export { default } from "../../serve.ts";
