import { expect, test } from 'vitest'
import { runChild } from './child.js'

interface Left {
  readonly threads: number
  readonly files: number
  readonly rssMiB: number
  readonly reachableMiB: number
}

test('200 pipelines opened, run and closed, and 50 at once, leave no thread, no file and no memory behind', async () => {
  const { code, signal, stdout, stderr } = await runChild('many.mjs', { execArgv: ['--expose-gc'] })
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' })
  const { before, after } = JSON.parse(stdout) as { before: Left; after: Left }
  expect(after.threads).toBe(before.threads)
  expect(after.files).toBe(before.files)
  // Each had 4 MiB of regions alone: 250 of them left behind would be 1000 MiB.
  expect(after.reachableMiB - before.reachableMiB).toBeLessThan(8)
  expect(after.rssMiB - before.rssMiB).toBeLessThan(100)
})
