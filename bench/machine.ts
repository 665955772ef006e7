import { readFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';
import { isPinned } from './child.js';

/** Where and with what was measured, as Markdown. */
export function describeMachine(postgresVersion: string): string {
  const cores = cpus();
  return [
    `- ${new Date().toISOString().slice(0, 10)}`,
    `- ${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores, ${Math.round(totalmem() / 1024 ** 3)} GB of memory, ${platform()} ${release()}`,
    `- Node.js ${process.versions.node}, PostgreSQL ${postgresVersion}, PGlite ${versionOf('@electric-sql/pglite')}, Fastify ${versionOf('fastify')}, pg ${versionOf('pg')}`,
    `- ${isPinned ? 'servers on one core, load on another, PostgreSQL wherever it finds room' : 'no process is bound to a core'}`,
  ].join('\n');
}

function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
