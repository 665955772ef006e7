import ts from 'typescript';
import { isTest, lineOf, roomOf, walk } from './source.js';
import type { Finding, Source } from './source.js';

/** The two packages core leans on: exact decimals, and the calendar with its zones. */
const corePackages = new Set(['big.js', 'temporal-polyfill']);

/** Globals that reach the clock, chance, the environment or the outside world. */
const worldly = new Set([
  'performance', 'process', 'crypto', 'fetch', 'console', 'globalThis', 'require',
  'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask',
]);

/** Core is never async: what waits is the caller. */
const asynchronous = new Set(['Promise', 'PromiseLike', 'AsyncIterable', 'AsyncIterator', 'AsyncGenerator']);

/** Members that answer differently each time they are asked. */
const impureMembers = new Set(['Date.now', 'Math.random', 'Temporal.Now']);

/** Same input, same output, to the bit: in src/core nothing may reach outside its arguments. */
export function checkPurity(source: Source): Finding[] {
  const { path, tree, imports } = source;
  if (roomOf(path) !== 'core' || isTest(path)) return [];
  const findings: Finding[] = [];
  const report = (line: number, sentence: string): void => {
    findings.push({ path, line, rule: 'core-purity', sentence });
  };
  for (const { specifier, target, line } of imports) {
    if (target === undefined && !corePackages.has(specifier)) {
      report(line, `core may use ${[...corePackages].join(' and ')} only, not ${specifier}.`);
    }
  }
  const own = declaredNames(tree);
  walk(tree, (node) => {
    const impurity = impurityOf(node, own);
    if (impurity !== undefined) report(lineOf(tree, node), `core may not use ${impurity}; the caller passes it in.`);
    if (isAsynchronous(node, own)) report(lineOf(tree, node), `core is never async, but says ${firstWord(node)}.`);
  });
  return findings;
}

function impurityOf(node: ts.Node, own: ReadonlySet<string>): string | undefined {
  if (ts.isIdentifier(node) && worldly.has(node.text) && isReference(node) && !own.has(node.text)) return node.text;
  if (ts.isNewExpression(node) && isNamed(node.expression, 'Date') && !node.arguments?.length) return 'new Date()';
  if (ts.isCallExpression(node) && isNamed(node.expression, 'Date')) return 'Date()';
  const members = membersOf(node);
  return members.find((member) => impureMembers.has(member));
}

/** `A.b`, `A['b']` and `const { b } = A`, written as `A.b`. */
function membersOf(node: ts.Node): string[] {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    return [`${node.expression.text}.${node.name.text}`];
  }
  if (ts.isElementAccessExpression(node) && ts.isIdentifier(node.expression)) {
    return ts.isStringLiteralLike(node.argumentExpression)
      ? [`${node.expression.text}.${node.argumentExpression.text}`]
      : [];
  }
  if (!ts.isVariableDeclaration(node) || !ts.isObjectBindingPattern(node.name)) return [];
  const from = node.initializer;
  if (!from || !ts.isIdentifier(from)) return [];
  return node.name.elements.map((element) => `${from.text}.${(element.propertyName ?? element.name).getText()}`);
}

function isAsynchronous(node: ts.Node, own: ReadonlySet<string>): boolean {
  if (node.kind === ts.SyntaxKind.AsyncKeyword || node.kind === ts.SyntaxKind.AwaitKeyword) return true;
  if (ts.isAwaitExpression(node)) return true;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return true;
  return ts.isIdentifier(node) && asynchronous.has(node.text) && isReference(node) && !own.has(node.text);
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

/** Whether a name stands for a value or type in scope, rather than for a member or for what it declares. */
function isReference(name: ts.Identifier): boolean {
  const parent: ts.Node & { name?: ts.Node; propertyName?: ts.Node; right?: ts.Node } = name.parent;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isQualifiedName(parent)) return parent.left === name;
  return parent.name !== name && parent.propertyName !== name;
}

/**
 * Names this file gives to things of its own, so that a parameter called `process` is no finding.
 * `declare` gives nothing, it only claims that a global is there.
 */
function declaredNames(tree: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  walk(tree, (node) => {
    const isDeclaration =
      ts.isVariableDeclaration(node) || ts.isBindingElement(node) || ts.isFunctionDeclaration(node) ||
      ts.isImportSpecifier(node) || ts.isImportClause(node) || (ts.isParameter(node) && 'body' in node.parent);
    if (isDeclaration && node.name && ts.isIdentifier(node.name) && !isAmbient(node)) names.add(node.name.text);
  });
  return names;
}

function isAmbient(node: ts.Node): boolean {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  if (modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.DeclareKeyword)) return true;
  return ts.isSourceFile(node) ? false : isAmbient(node.parent);
}

function firstWord(node: ts.Node): string {
  return /^\w+/.exec(node.getText())?.[0] ?? '';
}
