// Frames from a device, a length before each, become lines; one that is too long is skipped.

import { join, lengthPrefixed, PipelineBuilder } from '@stream-pipeline/node'

const running = new PipelineBuilder()
  .addStage('frames', lengthPrefixed({ lengthBytes: 2, maxMessageBytes: 80 }), { onError: 'skip' })
  .addStage('lines', join('\n'))
  .build()
  .start()

/** What a socket gives: pieces that end anywhere, within a length too. */
const pieces = ['\0\x05tempe\0', '\x08humid', 'ity\x01\0', 'x'.repeat(256), '\0\x04wind']

await running.input.pushBatch(pieces)
running.input.close()

for await (const chunk of running.output) process.stdout.write(chunk)
console.log(`${(await running.wait()).ledger.skipped} skipped`)
