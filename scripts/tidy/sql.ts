import ts from 'typescript';
import { isTest, lineOf, roomOf } from './source.js';
import type { Files, Finding, Source } from './source.js';

/** How a statement begins. `select` alone also begins prose, so it must go on as a statement does. */
const statementStarts = [
  /^select\s+($|[\d'"$(*]|\w+\s*\(|[\s\S]*\bfrom\b)/i,
  /^insert\s+into\s/i,
  /^update\s+\S+(\s+as\s+\w+|\s+(?!set\b)\w+)?\s+set\s/i,
  /^delete\s+from\s/i,
  /^with\s+(recursive\s+)?\w+(\s*\([^)]*\))?\s+as\s+(not\s+)?(materialized\s+)?\(/i,
];

const everyColumn = /\b(?:select|distinct|returning)\s+(?:\w+\.)?\*|\b(?:select|returning)\b[^;]*?,\s*\w+\.\*/i;

/** Stands for an embedded value where the parts of a template or of a sum are joined. */
const embedded = '$0';

/** SQL lives in src/store, and names its columns there. */
export function checkSql(source: Source): Finding[] {
  const { path, tree } = source;
  if (isTest(path)) return [];
  const findings: Finding[] = [];
  const inStore = roomOf(path) === 'store';
  visitTexts(tree, (node, text) => {
    const statement = text.replace(/--.*$/gm, '').trimStart();
    const line = lineOf(tree, node);
    if (!inStore && statementStarts.some((start) => start.test(statement))) {
      findings.push({ path, line, rule: 'sql-place', sentence: 'SQL belongs to src/store.' });
    }
    if (inStore && everyColumn.test(statement)) {
      findings.push({ path, line, rule: 'select-star', sentence: 'Name the columns instead of *.' });
    }
  });
  return findings;
}

/** A migration's first line says why it is there. */
export function checkMigrations(files: Files): Finding[] {
  return [...files].flatMap(([path, text]) => {
    if (!/^migrations\/[^/]+\.sql$/.test(path) || /^--\s*\S/.test(text)) return [];
    const sentence = 'The first line of a migration is a -- comment that says why.';
    return [{ path, line: 1, rule: 'migration-comment', sentence }];
  });
}

/** Calls `see` for each whole text: literals, templates and sums of them, never for a part of one. */
function visitTexts(node: ts.Node, see: (node: ts.Node, text: string) => void): void {
  const text = textOf(node);
  if (text !== undefined) see(node, text);
  ts.forEachChild(node, (child) => {
    const isPart = text !== undefined && textOf(child) !== undefined;
    if (!isPart) visitTexts(child, see);
  });
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map((span) => embedded + span.literal.text).join('');
  }
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const left = textOf(node.left);
  const right = textOf(node.right);
  return left === undefined && right === undefined ? undefined : (left ?? embedded) + (right ?? embedded);
}
