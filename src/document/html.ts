import { amountText, numberText } from './amount.js';
import type { DocumentLine, DocumentOptions, InvoiceDocument, Party } from './document.js';
import { html, type Markup } from './markup.js';
import { STYLE } from './style.js';
import { COLUMNS, DOWNLOAD, headFacts, nameText, NO_LINES, partyLabels, statusRemark, statusText, sumRows, titleText, type Fact } from './wording.js';

/** Nothing of a page is a program or comes from elsewhere, and a browser is told so. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * The document as one page that needs nothing else: on screens light and dark, on A4 and Letter paper.
 * @throws when an amount or the date is none.
 */
export function invoiceHtml(document: InvoiceDocument, options: DocumentOptions = {}): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${nameText(document)} · ${document.seller.name}</title>
${STYLE}
</head>
<body>
<main>
${options.pdfUrl === undefined ? null : html`<p class="download"><a href="${options.pdfUrl}">${DOWNLOAD}</a></p>
`}${head(document)}
${parties(document)}
${linesTable(document, options.withExplanation ?? true)}
${sumsTable(document)}
${notes(document)}
</main>
</body>
</html>
`;
  return page.toString();
}

function head(document: InvoiceDocument): Markup {
  const remark = statusRemark(document);
  const [number, date, amount] = headFacts(document);
  return html`<header>
<div class="head">
<div class="title"><h1>${titleText(document)}</h1><p class="badge ${document.status}"><span class="unseen">Status: </span>${statusText(document)}</p></div>
<p class="seller" dir="auto">${document.seller.name}</p>
</div>
${remark === null ? null : html`<p class="remark">${remark}</p>`}
<dl class="facts">
${fact(number)}
${fact(date)}
${fact(amount, 'main')}
</dl>
</header>`;
}

function fact({ label, text }: Fact, role = 'plain'): Markup {
  return html`<div class="${role}"><dt>${label}</dt><dd>${text}</dd></div>`;
}

function parties(document: InvoiceDocument): Markup {
  const labels = partyLabels(document);
  return html`<div class="parties">
${party(labels.seller, document.seller)}
${party(labels.customer, document.customer)}
</div>`;
}

function party(label: string, { name, lines }: Party): Markup {
  return html`<section>
<h2>${label}</h2>
<p class="name" dir="auto">${name}</p>
${lines.map((line) => html`<p class="line" dir="auto">${line}</p>`)}
</section>`;
}

function linesTable(document: InvoiceDocument, withExplanation: boolean): Markup {
  const { lines, currency } = document;
  const rows = lines.length > 0
    ? lines.map((line) => lineRows(line, { currency, withExplanation }))
    : [html`<tr><th scope="row" colspan="4">${NO_LINES}</th></tr>`];
  return html`<div class="scroll" role="region" aria-label="Lines" tabindex="0">
<table class="lines">
<caption class="unseen">Lines of ${nameText(document)}</caption>
<thead><tr><th scope="col">${COLUMNS.description}</th><th scope="col">${COLUMNS.quantity}</th><th scope="col">${COLUMNS.unitAmount}</th><th scope="col">${COLUMNS.amount}</th></tr></thead>
<tbody>
${rows}
</tbody>
</table>
</div>`;
}

function lineRows(line: DocumentLine, shown: { currency: string; withExplanation: boolean }): Markup {
  const { description, period, quantity, unitAmount, amount } = line;
  const explanation = shown.withExplanation ? line.explanation : [];
  const row = html`<tr class="${explanation.length > 0 ? 'has-explanation' : 'line'}">
<th scope="row"><span class="description" dir="auto">${description}</span>${period === null ? null : html`<span class="period">${period}</span>`}</th>
<td>${numberText(quantity)}</td>
<td>${unitAmount === null ? null : amountText(unitAmount, shown.currency)}</td>
<td>${amountText(amount, shown.currency)}</td>
</tr>
`;
  if (explanation.length === 0) return row;
  return html`${row}<tr class="explanation"><td colspan="4"><ul>${explanation.map((each) => html`<li dir="auto">${each}</li>`)}</ul></td></tr>
`;
}

function sumsTable(document: InvoiceDocument): Markup {
  const rows = sumRows(document).map(({ label, text, role }) => html`<tr class="${role}"><th scope="row">${label}</th><td>${text}</td></tr>
`);
  return html`<table class="sums">
<caption class="unseen">Totals of ${nameText(document)}</caption>
<tbody>
${rows}</tbody>
</table>`;
}

function notes(document: InvoiceDocument): Markup | null {
  if (document.notes.length === 0) return null;
  return html`<section class="notes">
<h2>Notes</h2>
${document.notes.map((note) => html`<p dir="auto">${note}</p>`)}
</section>`;
}
