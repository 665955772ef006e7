import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As it is written, not as it was built last.
  resolve: { alias: { '@paidup/sdk': fileURLToPath(new URL('sdk/src/index.ts', import.meta.url)) } },
  test: {
    include: ['src/**/*.test.ts', 'sdk/**/*.test.ts', 'dashboard/src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/**/*.test.ts'],
    // A limit for what hangs, never a measure of speed: `npm run bench` measures speed.
    reporters: ['default', './test/support/closing-line.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 400_000,
    hookTimeout: 120_000,
    // Its own would be a second, which a busy machine does not keep.
    expect: { poll: { timeout: 60_000 } },
    maxWorkers: 2,
  },
});
