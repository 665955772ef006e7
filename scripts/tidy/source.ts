import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

/** Text of each file by its path from the root folder, with forward slashes. */
export type Files = ReadonlyMap<string, string>;

/** One broken rule. Lines count from 1. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly sentence: string;
}

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Path from the root folder of what is imported; undefined for a foreign package. */
  readonly target: string | undefined;
}

/** A program file, parsed once and read by every rule. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

const ignoredFolders = new Set(['node_modules', 'dist', 'coverage']);
const keptFile = /\.(ts|tsx|mts|cts|js|mjs|sql|md)$|^tsconfig\.json$/;
const programFile = /\.(ts|tsx|mts|cts|js|mjs)$/;
const codeEndings = ['.ts', '.tsx', '.mts', '.d.ts', '.js', '.mjs'];

/** Reads every file below `root` that some rule looks at; hidden and built folders are left out. */
export function readFiles(root: string): Files {
  const files = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.name.startsWith('.') || ignoredFolders.has(entry.name)) continue;
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile() && keptFile.test(entry.name)) files.set(path, readFileSync(join(root, path), 'utf8'));
    }
  };
  visit('');
  return new Map([...files].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Parses the program files among `files`, in the order of the map. */
export function parseSources(files: Files): Source[] {
  const sources: Source[] = [];
  for (const [path, text] of files) {
    if (!programFile.test(path)) continue;
    const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
    sources.push({ path, text, tree, imports: importsOf(tree, files) });
  }
  return sources;
}

/** Tests may import anything and hold SQL; so may the tools and yardsticks beside the product. */
export function isTest(path: string): boolean {
  return isTestFile(path) || /^(bench|scripts)\//.test(path);
}

/** A file of cases rather than a tool: these may be longer. */
export function isTestFile(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.startsWith('test/');
}

/** The room a path lies in: a folder of src/, or sdk, or dashboard; undefined elsewhere. */
export function roomOf(path: string): string | undefined {
  const inSource = /^src\/([^/]+)\//.exec(path);
  if (inSource) return inSource[1];
  return /^(sdk|dashboard)\//.exec(path)?.[1];
}

/** Calls `see` for `node` and everything below it, parents first. */
export function walk(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => {
    walk(child, see);
  });
}

export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** Lines of a text; the newline that ends the last line opens no new one. */
export function countLines(text: string): number {
  return text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
}

function importsOf(tree: ts.SourceFile, files: Files): Import[] {
  const imports: Import[] = [];
  walk(tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    imports.push({ specifier, line: lineOf(tree, node), target: resolve({ from: tree.fileName, specifier, files }) });
  });
  return imports;
}

/** The module a node names: import and export declarations, import(), import types and require(). */
function specifierOf(node: ts.Node): string | undefined {
  const named = (() => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
    if (ts.isExternalModuleReference(node)) return node.expression;
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
    if (ts.isCallExpression(node) && isImporter(node.expression)) return node.arguments[0];
    return undefined;
  })();
  return named && ts.isStringLiteralLike(named) ? named.text : undefined;
}

function isImporter(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

function resolve(wanted: { from: string; specifier: string; files: Files }): string | undefined {
  const { from, specifier, files } = wanted;
  const workspace = /^@paidup\/([^/]+)/.exec(specifier);
  if (workspace) return `${workspace[1]}/`;
  if (!/^\.\.?(\/|$)/.test(specifier)) return undefined;
  const plain = posix.join(posix.dirname(from), specifier);
  const stem = plain.replace(/\.[cm]?[jt]sx?$/, '');
  const candidates = [plain, ...codeEndings.flatMap((ending) => [stem + ending, `${stem}/index${ending}`])];
  return candidates.find((candidate) => files.has(candidate)) ?? plain.replace(/\.js$/, '.ts');
}
