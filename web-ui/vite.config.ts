import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const engine = process.env.KVORUM_URL ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
  // In tests, PatternFly's modules are bundled as well: they import style sheets, which only the bundler understands.
  ssr: { noExternal: [/^@patternfly\//], resolve: { mainFields: ['module', 'main'] } },
  server: {
    port: 5173,
    proxy: { '/api': { target: engine, ws: true, secure: false } },
  },
  build: {
    target: 'es2022',
    // Fonts stay files of their own: a data: URL would need a looser content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    server: { deps: { inline: [/@patternfly/] } },
    // The tests are pure, and loading PatternFly once is most of the time they take.
    isolate: false,
    fileParallelism: false,
  },
});
