// A pipeline with native stages, one in JavaScript and one in a worker thread, through which every kind of project goes that tries the package.

/** Pushes `count` numbers as lines in chunks that break them, and says whether the even ones came out, doubled. */
export async function works({ PipelineBuilder, lines, join, worker }, count = 20_000) {
  const numbers = Array.from({ length: count }, (_, index) => index)
  const running = new PipelineBuilder()
    .addStage('lines', lines())
    .addStage('even', (line) => (Number(line.toString()) % 2 === 0 ? line : null))
    .addStage('doubled', worker(new URL('./doubled.mjs', import.meta.url)))
    .addStage('join', join('\n'))
    .build()
    .start()
  const text = Buffer.from(numbers.join('\n'))
  const chunk = 1000 // Bytes: most chunks end within a number.
  const chunks = Array.from({ length: Math.ceil(text.length / chunk) }, (_, at) =>
    text.subarray(at * chunk, (at + 1) * chunk),
  )
  const fed = running.input.pushFrom(chunks).then(() => running.input.close())
  let received = ''
  for await (const message of running.output) received += message.toString()
  await fed
  const expected = numbers.filter((number) => number % 2 === 0).map((number) => 2 * number)
  return received.trimEnd() === expected.join('\n')
}
