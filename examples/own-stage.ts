// A stage of one's own is a function. What it returns is what it emits: a message, nothing, or several.

import { PipelineBuilder, type StageFunction } from '@stream-pipeline/node'

/** Several messages for one: a generator is read only as fast as there is room. */
function* words(message: Buffer): Generator<string> {
  for (const [word] of message.toString().matchAll(/\w+/g)) yield word.toLowerCase()
}

/** A stage with options and a memory: what it has seen lately, it lets through once. */
function distinct({ remember }: { remember: number }): StageFunction {
  const seen = new Set<string>()
  return (message) => {
    const key = message.toString()
    if (seen.delete(key)) {
      seen.add(key) // The last that is forgotten.
      return null
    }
    seen.add(key)
    if (seen.size > remember) seen.delete(seen.values().next().value!)
    return message
  }
}

const running = new PipelineBuilder()
  .addStage('words', words)
  .addStage('distinct', distinct({ remember: 100 }))
  .build()
  .start()

await running.input.pushBatch(['The early bird', 'catches the worm;', 'the second mouse gets the cheese.'])
running.input.close()

for await (const word of running.output) console.log(word.toString())

for (const { name, received, emitted, absorbed } of running.metrics().stages) {
  console.log(`${name}: ${received} received, ${emitted} emitted, ${absorbed} absorbed`)
}
