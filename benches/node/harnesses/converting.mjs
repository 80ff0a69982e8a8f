// The harness of tasks from file to file: a contender gets the paths `input` and `output`, and its promise resolves when
// the output file is whole. The output file's digest is compared with those of the other contenders.

import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pipeline } from 'node:stream/promises'
import { meter } from '../meter.mjs'

export async function measure(carry, { settings, spellMs }) {
  const { input, lines, warmUpInput } = settings
  const folder = mkdtempSync(join(tmpdir(), 'stream-pipeline-bench-'))
  try {
    const output = join(folder, 'output.jsonl')
    await carry({ ...settings, input: warmUpInput, output })
    const beganMs = performance.now()
    const stop = await meter({ delay: settings.delay })
    let passes = 0
    do {
      await carry({ ...settings, input, output })
      passes++
    } while (performance.now() - beganMs < spellMs)
    const sample = await stop(passes * lines)
    return { ...sample, digest: await digestOf(output) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function digestOf(path) {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex').slice(0, 16)
}
