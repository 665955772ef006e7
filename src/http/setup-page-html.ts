import { createHash } from 'node:crypto';
import { html, type Markup } from '../document/markup.js';
import type { OpenedSetupPage } from '../service/setup-page.js';

const CSS = html`
:root {
  color-scheme: light dark;
  --ink: #16202a; --soft: #5a6773; --line: #c9d1d8; --desk: #f1f4f5; --paper: #fff; --accent: #0b6e4f; --tint: #eaf4f0; --on-accent: #fff; --alarm: #9b2c2c;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8edf1; --soft: #a4b0ba; --line: #3a4753; --desk: #0d1216; --paper: #161d24; --accent: #4fc39a; --tint: #17332a; --on-accent: #0d1f18; --alarm: #f0a3a3; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--desk); color: var(--ink); font: 1rem/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 34rem; margin: 2.5rem auto; padding: 2.25rem; background: var(--paper); border-top: 0.35rem solid var(--accent); border-radius: 0.5rem; box-shadow: 0 1px 3px rgb(0 0 0 / 0.12), 0 12px 32px rgb(0 0 0 / 0.06); }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.2; letter-spacing: -0.01em; }
.note { margin: 0.6rem 0 1.5rem; color: var(--soft); }
.fault { margin: 0 0 1rem; color: var(--alarm); font-weight: 600; }
fieldset { margin: 0; padding: 0; border: 0; display: grid; gap: 0.6rem; }
legend { padding: 0; margin-bottom: 0.6rem; font-weight: 600; }
label { display: grid; grid-template-columns: auto 1fr auto; gap: 0.1rem 0.8rem; align-items: center; padding: 0.7rem 0.9rem; border: 1px solid var(--line); border-radius: 0.5rem; cursor: pointer; }
label:hover { border-color: var(--accent); }
label:has(:checked) { border-color: var(--accent); background: var(--tint); }
label:focus-within { outline: 2px solid var(--accent); outline-offset: 2px; }
input { width: 1.1rem; height: 1.1rem; margin: 0; accent-color: var(--accent); grid-row: span 2; }
input:focus { outline: none; }
.card { font-weight: 600; font-variant-numeric: tabular-nums; }
.card::first-letter { text-transform: uppercase; }
.expiry { color: var(--soft); font-variant-numeric: tabular-nums; }
.does { grid-column: 2 / -1; color: var(--soft); font-size: 0.9rem; }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem 1.5rem; align-items: center; margin-top: 1.5rem; }
button { padding: 0.65rem 1.4rem; border: 0; border-radius: 0.5rem; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer; }
a { color: var(--accent); }
button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
@media (max-width: 36rem) { main { margin: 0; padding: 1.5rem 1.1rem; border-radius: 0; min-height: 100vh; } }
`;

/** What the page's one style sheet is named by in its Content-Security-Policy. */
export const SETUP_STYLE_HASH = `sha256-${createHash('sha256').update(CSS.toString()).digest('base64')}`;

/** The page on which a card of the sandbox is put on file. */
export function setupHtml({ link, cards }: OpenedSetupPage, fault?: string): string {
  const choices = cards.map(({ token, brand, last4, expiryMonth, expiryYear, does }, index) => {
    const checked = index === 0 ? html` checked` : null;
    const expiry = `${String(expiryMonth).padStart(2, '0')}/${String(expiryYear).slice(-2)}`;
    return html`<label><input type="radio" name="card" value="${token}" required${checked}>
<span class="card">${brand} ending in ${last4}</span><span class="expiry">${expiry}</span><span class="does">${does}</span></label>
`;
  });
  return pageOf('Put a card on file', html`<p class="note">This is the sandbox: no card is real, and no money moves.</p>
${fault === undefined ? null : html`<p class="fault" role="alert">${fault}</p>`}
<form method="post">
<fieldset><legend>Choose a card</legend>
${choices}</fieldset>
<div class="actions"><button type="submit">Save this card</button><a href="${new URL(link.backUrl).href}">Back without a card</a></div>
</form>`);
}

/** What a link that is not good (any more) shows. */
export function goneHtml(why = 'It has expired, or it was not copied whole.'): string {
  return pageOf('This link is not good any more', html`<p class="note">${why} Ask for a new one where you came from.</p>`);
}

function pageOf(title: string, content: Markup): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${CSS}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.toString();
}
