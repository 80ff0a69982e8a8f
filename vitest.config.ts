import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    // Tests run what users get: the built files, loaded by Node itself. The sources could not start a worker thread,
    // for Node 20 runs no TypeScript.
    alias: [{ find: /^(?:\.\.\/)+index\.js$/, replacement: fileURLToPath(new URL('dist/index.js', import.meta.url)) }],
  },
  test: {
    include: ['__test__/**/*.test.ts'],
    server: { deps: { external: [/\/dist\//] } },
    // A native addon lives in a process of its own: its threads end with it, and worker threads are left to the tests.
    pool: 'forks',
    // Tests move millions of messages on machines that others use too; a hang is still found within a minute.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
})
