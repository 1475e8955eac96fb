/** The style of the pages. It is inline, and the content security policy allows it by its hash. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--back:#f4f5f7;--card:#fff;--text:#1a1c21;--soft:#555b66;--line:#d5d9e0;--box:#eef0f4;
--strong:#c4291c;--warn-back:#fdf0ee;--warn-line:#e3a79f;--wait:#8a5a00;--good:#1d6b3a;--focus:#1f5fd0}
@media (prefers-color-scheme:dark){:root{--back:#101216;--card:#191c22;--text:#eceef2;--soft:#a9b0bd;--line:#363b46;
--box:#262b34;--warn-back:#2f1a18;--warn-line:#7c3a33;--wait:#e5b352;--good:#6fcf92;--focus:#8ab4ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:44rem;margin:0 auto;padding:0 1rem}
header{padding-top:1rem;color:var(--soft);font-size:.875rem}
header p,footer p{margin:0}
footer{padding-top:.5rem;padding-bottom:1.5rem;color:var(--soft);font-size:.875rem}
h1{font-size:1.5rem;line-height:1.25;margin:.75rem 0}
h2{font-size:1rem;line-height:1.3;margin:0 0 .5rem}
h3{font-size:1rem;margin:0;font-weight:600}
p{margin:.5rem 0}
ul{margin:0;padding-left:1.25rem}
section>:last-child,form>:last-child,li>:last-child{margin-bottom:0}
section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1rem;margin:1rem 0}
section.warn{background:var(--warn-back);border-color:var(--warn-line)}
section.step{border-width:2px;margin-top:2.5rem}
section.warn li+li{margin-top:.25rem}
.state{display:inline-block;margin:.75rem 0 0;padding:.125rem .75rem;border:1px solid currentColor;border-radius:1rem;
font-size:.875rem;font-weight:600;color:var(--wait)}
.state.good{color:var(--good)}
.state.no{color:var(--soft)}
.note{color:var(--soft);font-size:.875rem}
.data{background:var(--box);border-radius:.25rem;padding:.0625rem .25rem;-webkit-box-decoration-break:clone;
box-decoration-break:clone}
.secret code{display:block;background:var(--box);border:1px solid var(--line);border-radius:.5rem;padding:.75rem;
font:1.125rem/1.5 ui-monospace,monospace;white-space:pre-wrap;unicode-bidi:isolate;user-select:all;-webkit-user-select:all}
dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.25rem 1rem;margin:0}
dt{color:var(--soft)}
dd{margin:0;min-width:0}
ul.plain{list-style:none;padding:0}
ul.long{columns:14rem;column-gap:1.5rem}
ul.long>li{break-inside:avoid}
ul.apps>li{padding:.625rem 0;border-top:1px solid var(--line)}
ul.apps>li:first-child{padding-top:0;border-top:0}
ul.apps>li:last-child{padding-bottom:0}
ul.apps ul{margin:.25rem 0}
h3+p,ul+p{margin:.25rem 0 0}
form{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1rem;margin:1rem 0}
section form{border:0;padding:0;margin:1rem 0 0}
form p{margin:0 0 .75rem}
.buttons{display:flex;gap:.75rem}
button{flex:1;min-height:3rem;padding:.5rem 1rem;border:2px solid var(--line);border-radius:.5rem;font:inherit;
font-weight:600;background:var(--card);color:var(--text);cursor:pointer}
button.strong{background:var(--strong);border-color:var(--strong);color:#fff}
button:hover{border-color:var(--text)}
label{display:block;font-weight:600}
input{width:100%;min-height:3rem;margin:.25rem 0 .75rem;padding:.5rem .75rem;border:2px solid var(--soft);
border-radius:.5rem;font:inherit;background:var(--card);color:var(--text)}
input[type=radio],input[type=checkbox]{width:1.25rem;min-height:1.25rem;margin:.125rem .5rem 0 0;flex:none;padding:0}
fieldset{border:1px solid var(--line);border-radius:.5rem;margin:0 0 1rem;padding:.5rem .75rem;min-width:0}
legend{font-weight:600;padding:0 .25rem}
label.choice{display:flex;align-items:flex-start;font-weight:400;padding:.5rem 0;min-height:2.75rem}
summary{padding:.5rem 0;min-height:2.75rem;cursor:pointer}
select{width:100%;min-height:3rem;margin:.25rem 0 .75rem;padding:.5rem .75rem;border:2px solid var(--soft);
border-radius:.5rem;font:inherit;background:var(--card);color:var(--text)}
input[aria-invalid=true]{border-color:var(--strong)}
.alert{border-left:.25rem solid var(--strong);padding-left:.75rem;font-weight:600}
:focus-visible{outline:.1875rem solid var(--focus);outline-offset:.125rem}
@media (min-height:40rem){form.short{position:sticky;bottom:.5rem;box-shadow:0 .25rem 1.5rem #0004}}
@media (min-height:52rem),(min-width:44rem) and (min-height:40rem){form.tall{position:sticky;bottom:.5rem;box-shadow:0 .25rem 1.5rem #0004}}
@media (max-width:30rem){dl{grid-template-columns:1fr;gap:0}dd+dt{margin-top:.5rem}}
@media (forced-colors:active){.data{outline:1px solid}}
`;
