import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
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
    rolldownOptions: { input: { dashboard: `${import.meta.dirname}/index.html`, portal: `${import.meta.dirname}/portal.html` } },
  },
});
