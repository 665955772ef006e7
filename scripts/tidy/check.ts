import { checkCycles } from './cycle.js';
import { checkEndings, checkNames } from './naming.js';
import { checkPurity } from './purity.js';
import { checkReadmes, checkRooms } from './room.js';
import { checkSize } from './size.js';
import { parseSources } from './source.js';
import type { Files, Finding } from './source.js';
import { checkMigrations, checkSql } from './sql.js';
import { checkSqlTodos, checkTodos } from './todo.js';

/** Everything tidy has to say about these files, by path, then line, then rule. */
export function checkFiles(files: Files): Finding[] {
  const sources = parseSources(files);
  const perSource = sources.flatMap((source) => [
    ...checkRooms(source),
    ...checkPurity(source),
    ...checkSql(source),
    ...checkSize(source, files),
    ...checkNames(source),
    ...checkEndings(source),
    ...checkTodos(source),
  ]);
  const overall = [...checkCycles(sources), ...checkReadmes(files), ...checkMigrations(files), ...checkSqlTodos(files)];
  return [...perSource, ...overall].sort(byPlace);
}

function byPlace(left: Finding, right: Finding): number {
  if (left.path !== right.path) return left.path < right.path ? -1 : 1;
  if (left.line !== right.line) return left.line - right.line;
  return left.rule < right.rule ? -1 : Number(left.rule > right.rule);
}
