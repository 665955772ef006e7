import ts from 'typescript';
import type { Files, Finding, Source } from './source.js';

const promise = /\b(TODO|FIXME)\b/;
const issue = /#\d+/;

/** What is left to do has an issue; only comments are read, so that code may speak of the words. */
export function checkTodos(source: Source): Finding[] {
  const { path, text, tree } = source;
  if (!promise.test(text)) return [];
  return commentsOf(tree).flatMap(({ start, comment }) => {
    const first = tree.getLineAndCharacterOfPosition(start).line + 1;
    return checkLines({ path, first, lines: comment.split('\n') });
  });
}

/** The same for migrations. */
export function checkSqlTodos(files: Files): Finding[] {
  return [...files].flatMap(([path, text]) => {
    if (!path.endsWith('.sql')) return [];
    const lines = text.split('\n').map((line) => /--.*$/.exec(line)?.[0] ?? '');
    return checkLines({ path, first: 1, lines });
  });
}

function checkLines(read: { path: string; first: number; lines: readonly string[] }): Finding[] {
  return read.lines.flatMap((line, index) => {
    const word = promise.exec(line)?.[0];
    if (word === undefined || issue.test(line)) return [];
    const sentence = `A ${word} names its issue, as in ${word} #12.`;
    return [{ path: read.path, line: read.first + index, rule: 'todo', sentence }];
  });
}

/** Comments are what stands between tokens: the trivia before each, down to the end of the file. */
function commentsOf(tree: ts.SourceFile): { start: number; comment: string }[] {
  const comments: { start: number; comment: string }[] = [];
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(tree).filter((child) => !ts.isJSDoc(child));
    for (const child of children) visit(child);
    if (children.length > 0 || node.kind === ts.SyntaxKind.JsxText) return;
    const start = node.getFullStart();
    comments.push({ start, comment: tree.text.slice(start, node.getStart(tree)) });
  };
  visit(tree);
  return comments;
}
