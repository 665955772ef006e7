/**
 * Checks what house style asks for and neither the compiler nor the linter knows: which room imports
 * which, that core is pure, where SQL lives, how long things are. One rule a file, in scripts/tidy/.
 */
import { fileURLToPath } from 'node:url';
import { checkFiles } from './tidy/check.js';
import { readFiles } from './tidy/source.js';

const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const files = readFiles(root);
const findings = checkFiles(files);

for (const { path, line, rule, sentence } of findings) console.log(`${path}:${line}: ${rule}: ${sentence}`);
if (findings.length === 0) console.log(`tidy: ${files.size} files, nothing to say`);
process.exitCode = findings.length === 0 ? 0 : 1;
