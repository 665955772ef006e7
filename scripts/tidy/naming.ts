import ts from 'typescript';
import { roomOf } from './source.js';
import type { Finding, Source } from './source.js';

const junkName = /^(utils?|helpers?|common|misc|types|index)$/;

/** The one file whose work is to gather exports: the SDK's entrance. */
const entrance = 'sdk/src/index.ts';

/** NodeNext wants the ending of the built file; what a bundler or JSON import reads keeps its own. */
const namedEnding = /\.(js|json|css|svg|png|woff2)$/;

/** Names that name nothing, and barrels, inside a room. */
export function checkNames({ path, tree }: Source): Finding[] {
  if (roomOf(path) === undefined || path === entrance) return [];
  const findings: Finding[] = [];
  const junk = path.split('/').map((part) => part.replace(/\..*$/, '')).find((part) => junkName.test(part));
  if (junk !== undefined) {
    findings.push({ path, line: 1, rule: 'name', sentence: `"${junk}" names nothing; find the noun.` });
  }
  if (isBarrel(tree)) {
    const sentence = 'This file only passes on what others export; import from them instead.';
    findings.push({ path, line: 1, rule: 'barrel', sentence });
  }
  return findings;
}

/** Every relative specifier ends with .js. */
export function checkEndings({ path, imports }: Source): Finding[] {
  return imports
    .filter(({ specifier }) => specifier.startsWith('.') && !namedEnding.test(specifier))
    .map(({ specifier, line }) => ({
      path,
      line,
      rule: 'js-ending',
      sentence: `A relative import ends with .js: ${specifier}.`,
    }));
}

function isBarrel(tree: ts.SourceFile): boolean {
  const passesOn = (statement: ts.Statement): boolean =>
    ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined;
  return tree.statements.length > 0 && tree.statements.every(passesOn);
}
