import { html } from './markup.js';

/** The one style sheet of a page: on a screen by day and night, and on paper of either format. */
export const STYLE = html`<style>
:root {
  color-scheme: light dark;
  --ink: #16202a; --soft: #5a6773; --line: #dfe4e8; --desk: #f1f4f5; --paper: #fff;
  --accent: #0b6e4f; --tint: #eaf4f0; --quiet: #eef1f3; --alarm: #9b2c2c; --alarm-tint: #faeaea; --on-accent: #fff;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ink: #e8edf1; --soft: #9aa7b2; --line: #2d3842; --desk: #0d1216; --paper: #161d24;
    --accent: #4fc39a; --tint: #17332a; --quiet: #27313a; --alarm: #f0a3a3; --alarm-tint: #3d2023; --on-accent: #0d1f18;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--desk); color: var(--ink);
  font: 0.94rem/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", sans-serif;
}
main {
  max-width: 54rem; margin: 2.5rem auto; padding: 3.5rem; background: var(--paper);
  border-top: 0.4rem solid var(--accent); border-radius: 0.3rem; box-shadow: 0 1px 3px rgb(0 0 0 / 0.12), 0 12px 32px rgb(0 0 0 / 0.06);
}
h1, h2, p, dl, dd, table { margin: 0; }
h1 { font-size: 2rem; line-height: 1.15; letter-spacing: -0.02em; }
h2, dt, thead th { color: var(--soft); font-size: 0.8rem; font-weight: 500; }
.download { margin-bottom: 1.25rem; text-align: right; font-size: 0.9rem; }
.download a { color: var(--accent); }
.download a:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
.head { display: flex; flex-wrap: wrap; gap: 0.75rem 2rem; justify-content: space-between; align-items: center; }
.title { display: flex; flex-wrap: wrap; gap: 0.5rem 0.9rem; align-items: center; }
.head .seller { text-align: right; font-size: 1.1rem; font-weight: 600; overflow-wrap: anywhere; }
.badge {
  padding: 0.15rem 0.7rem; border-radius: 1rem; font-size: 0.8rem; font-weight: 600;
  background: var(--quiet); color: var(--soft); print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
.badge.open, .badge.issued { background: var(--tint); color: var(--accent); }
.badge.paid { background: var(--accent); color: var(--on-accent); }
.badge.uncollectible { background: var(--alarm-tint); color: var(--alarm); }
.remark { margin-top: 1rem; color: var(--soft); }
.facts {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 1rem 2rem;
  margin-top: 2.25rem; padding: 1.1rem 0; border: solid var(--line); border-width: 1px 0;
}
.facts dd { font-weight: 600; font-size: 1.05rem; overflow-wrap: anywhere; }
.facts .main dd { color: var(--accent); font-size: 1.35rem; line-height: 1.2; }
@media (min-width: 40rem) { .facts .main { text-align: right; } }
.parties { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 1.5rem 2rem; margin-top: 2rem; }
.parties p { overflow-wrap: anywhere; }
/* A right-to-left name is read from the right, but stands under its label. */
[dir="auto"] { text-align: left; }
.parties .name { margin-top: 0.2rem; font-weight: 600; }
.parties .line { color: var(--soft); }
.scroll { margin-top: 2.5rem; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.8rem 0 0.8rem 1.5rem; text-align: right; vertical-align: top; font-weight: 400; }
th:first-child { padding-left: 0; text-align: left; }
td { white-space: nowrap; font-variant-numeric: tabular-nums; }
thead th { padding-top: 0; padding-bottom: 0.5rem; border-bottom: 1px solid var(--ink); white-space: nowrap; }
tbody tr { border-bottom: 1px solid var(--line); }
.lines tbody th { min-width: 13rem; overflow-wrap: anywhere; white-space: pre-line; }
.lines tbody th span { display: block; }
.lines .description { font-weight: 500; }
.lines .period { color: var(--soft); font-size: 0.9rem; }
.lines tr.has-explanation { border-bottom: 0; }
.lines tr.has-explanation > * { padding-bottom: 0; }
.lines .explanation td { padding: 0.3rem 0 0.8rem; text-align: left; white-space: normal; color: var(--soft); font-size: 0.83rem; }
.explanation ul { margin: 0; padding: 0; list-style: none; }
.explanation li { overflow-wrap: anywhere; white-space: pre-line; }
.sums { width: auto; min-width: min(24rem, 100%); margin: 1rem 0 0 auto; }
.sums tr { border: 0; }
.sums th, .sums td { padding-top: 0.3rem; padding-bottom: 0.3rem; }
.sums th { color: var(--soft); overflow-wrap: anywhere; }
.sums .total th, .sums .total td { padding-top: 0.6rem; border-top: 1px solid var(--line); color: var(--ink); font-weight: 600; }
.sums .due th, .sums .due td {
  padding-top: 0.7rem; border-top: 2px solid var(--accent); color: var(--accent); font-size: 1.15rem; font-weight: 600;
}
.notes { margin-top: 2.5rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
.notes p { margin-top: 0.3rem; max-width: 42rem; color: var(--soft); font-size: 0.9rem; overflow-wrap: anywhere; white-space: pre-line; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media screen and (max-width: 40rem) {
  main { margin: 0; padding: 1.75rem 1.25rem; border-radius: 0; }
  th, td { padding-left: 1rem; }
  .lines tbody th { min-width: 10rem; }
}
@page { margin: 18mm 16mm 20mm; @bottom-right { content: counter(page) " / " counter(pages); color: #5a6773; font: 8pt system-ui, sans-serif; } }
@media print {
  :root { color-scheme: light; --desk: #fff; }
  html { font-size: 10.5pt; }
  main { max-width: none; margin: 0; padding: 0; border: 0; border-radius: 0; box-shadow: none; }
  .download { display: none; }
  .scroll { overflow: visible; }
  .facts { grid-template-columns: repeat(3, 1fr); }
  .facts .main { text-align: right; }
  .parties { grid-template-columns: 1fr 1fr; }
  thead { display: table-header-group; }
  tr, .sums, .notes p { break-inside: avoid; }
  tr.has-explanation { break-after: avoid; }
  .lines tbody tr:last-child, .notes h2 { break-after: avoid; }
}
</style>`;
