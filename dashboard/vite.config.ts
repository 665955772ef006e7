import { readFile, readdir, writeFile } from 'node:fs/promises';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const ASSETS = `${import.meta.dirname}/dist/assets`;

/** Scripts and styles lie ready as Brotli and gzip: the engine sends what the browser takes, and compresses nothing itself. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  async closeBundle() {
    for (const name of await readdir(ASSETS)) {
      if (!/\.(js|css|svg)$/.test(name)) continue;
      const bytes = await readFile(`${ASSETS}/${name}`);
      await writeFile(`${ASSETS}/${name}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
      await writeFile(`${ASSETS}/${name}.gz`, gzipSync(bytes));
    }
  },
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), compressed],
  // The start page that is served until the dashboard is built is no part of it.
  publicDir: false,
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // light-dark() and nesting are written as they are; older browsers would get a translation three times as long.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The content security policy lets no font or script in from a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { dashboard: `${import.meta.dirname}/index.html`, portal: `${import.meta.dirname}/portal.html` },
      output: {
        // What every page needs comes in two files, not in forty. A chart's drawing stays apart: it comes when one is shown.
        codeSplitting: {
          groups: [
            { name: 'library', test: /node_modules\/(?!d3-|internmap)/ },
            { name: 'part', test: /dashboard\/src\/(part\/(?!chart-drawing)|session\/)/ },
          ],
        },
      },
    },
  },
});
