import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS, type ProblemSlug } from '../../src/core/problems.js';
import { STATUS } from '../../src/http/problem.js';
import { startPaidup, type TestPaidup } from '../support/app.js';

const FOLDER = new URL('../../docs/problems/', import.meta.url);
const SLUGS = Object.keys(PROBLEMS) as ProblemSlug[];
const SECTIONS = ['When it happens', 'What to do', 'Example'];

function pageOf(slug: string): string {
  return readFileSync(new URL(`${slug}.md`, FOLDER), 'utf8');
}

describe('the pages of the problems', () => {
  it('are one for each slug, and none besides', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(SLUGS.map((slug) => `${slug}.md`).sort());
  });

  it.each(SLUGS)('name the title, status and slug of %s, and say what to do', (slug) => {
    const lines = pageOf(slug).split('\n');

    expect(lines[0]).toBe(`# ${PROBLEMS[slug]}`);
    expect(lines[2]).toBe(`\`${slug}\`, status ${STATUS[slug]}`);
    expect(lines[4]).toMatch(/\S/);
    expect(lines.filter((line) => line.startsWith('## '))).toEqual(SECTIONS.map((section) => `## ${section}`));
    for (const section of SECTIONS) expect(lines[lines.indexOf(`## ${section}`) + 2]).toMatch(/\S/);
  });

  it.each(SLUGS)('show a body of %s as it is sent', (slug) => {
    const example = JSON.parse(/```json\n([^]*?)```/.exec(pageOf(slug))?.[1] ?? '') as Record<string, unknown>;
    const { detail, instance, errors, ...fixed } = example;

    expect(fixed).toEqual({ type: `/problems/${slug}`, title: PROBLEMS[slug], status: STATUS[slug] });
    expect([detail, instance]).toEqual([expect.stringMatching(/\S/), expect.stringMatching(/\S/)]);
    if (errors !== undefined) expect(errors).toEqual(expect.arrayContaining([{ pointer: expect.any(String), detail: expect.any(String) }]));
  });
});

describe('problems as they are sent', () => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    paidup = await startPaidup();
  });
  afterAll(() => paidup.stop());

  it('have the shape of their pages, and lead to them', async () => {
    const refused = await paidup.inject({ method: 'GET', url: '/v1/customers/nobody', headers: { authorization: `Bearer ${paidup.secretKey}` } });
    const problem = refused.json<{ type: string; title: string; status: number }>();
    const page = await paidup.inject({ method: 'GET', url: problem.type });

    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(problem).toMatchObject({ type: '/problems/not_found', title: PROBLEMS.not_found, status: 404 });
    expect(page.statusCode).toBe(200);
    expect(page.body).toBe(pageOf('not_found'));
  });
});
