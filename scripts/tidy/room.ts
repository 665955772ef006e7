import { countLines, isTest, roomOf } from './source.js';
import type { Files, Finding, Import, Source } from './source.js';

/** Which room may import which, beside itself. tsconfig references say the same to the compiler. */
const mayImport: ReadonlyMap<string, readonly string[]> = new Map([
  ['core', []],
  ['store', ['core']],
  ['provider', ['core']],
  ['service', ['core', 'store']],
  ['http', ['core', 'service', 'document']],
  ['worker', ['core', 'service', 'provider']],
  ['reader', ['core']],
  ['document', ['core']],
  ['transfer', ['core', 'reader', 'sdk']],
  ['cli', ['core', 'service', 'store', 'reader', 'document', 'http', 'provider', 'worker', 'transfer']],
  ['sdk', []],
  ['dashboard', ['sdk']],
]);

/** A use case names the payment port; which provider stands behind it is decided where the process starts. */
const servicePort = 'src/provider/port.ts';

const longestReadme = 100;

/** Imports that cross rooms the wrong way, and files of src/ that lie in no room. */
export function checkRooms(source: Source): Finding[] {
  const { path, imports } = source;
  if (isTest(path)) return [];
  const room = roomOf(path);
  if (room === undefined || !mayImport.has(room)) {
    if (!path.startsWith('src/')) return [];
    const sentence = `This file is in no room; the rooms are ${[...mayImport.keys()].join(', ')}.`;
    return [{ path, line: 1, rule: 'room', sentence }];
  }
  return imports.flatMap((each) => {
    const sentence = refuse({ path, room, each });
    return sentence === undefined ? [] : [{ path, line: each.line, rule: 'room', sentence }];
  });
}

/** Each folder of src/ has a README.md of at most 100 lines. */
export function checkReadmes(files: Files): Finding[] {
  const folders = new Set([...files.keys()].flatMap((path) => /^src\/[^/]+(?=\/)/.exec(path) ?? []));
  return [...folders].sort().flatMap((folder) => {
    const path = `${folder}/README.md`;
    const text = files.get(path);
    if (text === undefined) return [{ path, line: 1, rule: 'readme', sentence: 'The room has no README.md.' }];
    const lines = countLines(text);
    if (lines <= longestReadme) return [];
    const sentence = `A room's README has at most ${longestReadme} lines; this has ${lines}.`;
    return [{ path, line: longestReadme + 1, rule: 'readme', sentence }];
  });
}

/** Why this import is refused, or undefined if it is allowed. */
function refuse(asked: { path: string; room: string; each: Import }): string | undefined {
  const { path, room, each } = asked;
  if (each.target === undefined) {
    return room === 'sdk' ? `The SDK has no dependencies, but imports ${each.specifier}.` : undefined;
  }
  const other = roomOf(each.target);
  if (other === room) return refuseVendor(path, each.target);
  if (room === 'service' && each.target === servicePort) return undefined;
  const allowed = mayImport.get(room) ?? [];
  if (other !== undefined && allowed.includes(other)) return undefined;
  const list = allowed.length === 0 ? 'itself only' : allowed.join(', ');
  return `${room} may not import ${each.target} (it may import ${list}).`;
}

function refuseVendor(path: string, target: string): string | undefined {
  const own = vendorOf(path);
  const other = vendorOf(target);
  if (own === undefined || other === undefined || own === other) return undefined;
  return `The ${own} surface may not import the ${other} surface; what both need belongs to src/http/ or core.`;
}

function vendorOf(path: string): string | undefined {
  return /^src\/http\/surfaces\/([^/]+)\//.exec(path)?.[1];
}
