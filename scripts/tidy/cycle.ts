import type { Finding, Import, Source } from './source.js';

type Graph = ReadonlyMap<string, readonly Import[]>;

/** Import cycles among the files of src and sdk; type imports count, for a reader follows them too. */
export function checkCycles(sources: readonly Source[]): Finding[] {
  const graph: Graph = new Map(
    sources.filter(({ path }) => /^(src|sdk)\//.test(path)).map(({ path, imports }) => [path, imports]),
  );
  const known = new Set<string>();
  const findings: Finding[] = [];
  for (const [path, imports] of graph) {
    // A file on a cycle that has been told already would mostly tell the same one again.
    const cycle = known.has(path) ? undefined : shortestCycle(graph, path);
    if (cycle === undefined) continue;
    for (const member of cycle) known.add(member);
    const line = imports.find((each) => each.target === (cycle[1] ?? path))?.line ?? 1;
    findings.push({ path, line, rule: 'cycle', sentence: `Import cycle: ${[...cycle, path].join(' -> ')}.` });
  }
  return findings;
}

/** The shortest way from `start` back to itself, `start` first and not repeated; breadth first. */
function shortestCycle(graph: Graph, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const path of queue) {
    for (const { target } of graph.get(path) ?? []) {
      if (target === start) return trail(cameFrom, path);
      if (target === undefined || cameFrom.has(target) || !graph.has(target)) continue;
      cameFrom.set(target, path);
      queue.push(target);
    }
  }
  return undefined;
}

function trail(cameFrom: ReadonlyMap<string, string>, end: string): string[] {
  const before = cameFrom.get(end);
  return before === undefined ? [end] : [...trail(cameFrom, before), end];
}
