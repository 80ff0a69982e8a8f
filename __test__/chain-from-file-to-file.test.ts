import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { gzip, join, lines, PipelineBuilder } from '../index.js'
import { entered, left } from './ledger.js'

test('a file goes through lines, a JavaScript stage, join and gzip into a file', async () => {
  const folder = await mkdtemp(joinPath(tmpdir(), 'stream-pipeline-'))
  const [source, target] = [joinPath(folder, 'app.log'), joinPath(folder, 'errors.gz')]
  const log = Array.from({ length: 50_000 }, (_, n) => `${n} ${n % 7 === 0 ? 'ERROR' : 'INFO'} größer als ${n}`)
  await writeFile(source, log.join('\n'))

  const running = new PipelineBuilder()
    .addStage('lines', lines())
    .addStage('errors', (line) => (line.includes('ERROR') ? line : null), { capacity: 1024 })
    .addStage('join', join('\n'))
    .addStage('gzip', gzip())
    .withBackpressure({ high: 0.8, low: 0.4 })
    .build()
    .start()
  await pipeline(createReadStream(source), running.toNode(), createWriteStream(target))

  const errors = log.filter((line) => line.includes('ERROR'))
  expect(gunzipSync(await readFile(target)).toString()).toBe(errors.join('\n') + '\n')
  const { ledger, stages } = await running.wait()
  expect(stages.map(({ name, state }) => `${name}: ${state}`)).toEqual(
    ['lines', 'errors', 'join', 'gzip'].map((name) => `${name}: ended`),
  )
  expect(stages[1]).toMatchObject({ received: log.length, emitted: errors.length })
  expect(left(ledger)).toBe(entered(ledger))
  await rm(folder, { recursive: true })
})
