import { PAGE_STYLE } from "../pages/style.ts";

/** The style of `/`: that of the other pages, and what only this page has. */
export const HOME_STYLE = `${PAGE_STYLE}
header,main,footer{max-width:56rem}
a{color:var(--focus)}
main>p.lead{font-size:1.125rem}
main>h2{font-size:1.25rem;margin:1.5rem 0 .5rem}
nav ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:0 1.25rem}
nav a,a.back{display:inline-block;padding:.5rem 0;min-height:2.75rem}
a.tool{display:inline-block;padding:.25rem 0;font-weight:600}
.copy{display:flex;flex-wrap:wrap;gap:0 .75rem;align-items:flex-start}
pre{flex:1 1 16rem;min-width:0;margin:.5rem 0;padding:.75rem;background:var(--box);border:1px solid var(--line);border-radius:.5rem;
font:.875rem/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
code{font-family:ui-monospace,monospace;font-size:.9375em}
.copy button{flex:none;min-width:6rem;min-height:2.875rem;padding:.25rem .75rem;margin:.5rem 0}
details{border-top:1px solid var(--line)}
details>summary{font-weight:600}
details[open]{padding-bottom:.75rem}
details.toolset{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:0 1rem;margin:.5rem 0}
details.toolset>summary h3{display:inline}
h4{font-size:.9375rem;margin:.75rem 0 .25rem}
.filters{display:grid;grid-template-columns:2fr 1fr 1fr auto;gap:0 .75rem;align-items:end}
.filters button{margin:.25rem 0 .75rem}
ul.tools{list-style:none;padding:0}
ul.tools>li{padding:.5rem 0;border-top:1px solid var(--line)}
ul.tools>li p{margin:0 0 .25rem}
.effect{font-size:.8125rem;font-weight:600;color:var(--soft);border:1px solid currentColor;border-radius:1rem;
padding:.0625rem .5rem;margin-left:.5rem;white-space:nowrap}
.effect.destructive{color:var(--strong)}
@media (prefers-color-scheme:dark){.effect.destructive{color:#ff9c90}}
.effect.write{color:var(--wait)}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.5rem .75rem .5rem 0;border-top:1px solid var(--line)}
th{font-weight:600}
[hidden]{display:none!important}
@media (max-width:40rem){.filters{grid-template-columns:1fr}
table,tbody,tr,th,td{display:block}thead{display:none}th,td{border:0;padding:0}tr{border-top:1px solid var(--line);padding:.5rem 0}}
`;
