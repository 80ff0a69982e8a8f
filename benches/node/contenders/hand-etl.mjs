// The ETL as a loop written by hand: read, split, JSON.parse, reshape, JSON.stringify, write. One JSON.parse for each line.

import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { reshape } from '../records.mjs'

export const READ_OPTIONS = { highWaterMark: 64 * 1024 }

/** The new lines of the records in `texts`, which are whole lines. */
function oneByOne(texts) {
  let out = ''
  for (const text of texts) {
    if (text === '') continue
    const record = reshape(JSON.parse(text))
    if (record !== undefined) out += JSON.stringify(record) + '\n'
  }
  return out
}

export async function convert({ input, output }, convertLines) {
  const file = createWriteStream(output)
  const decoder = new StringDecoder('utf8')
  let held = ''
  for await (const chunk of createReadStream(input, READ_OPTIONS)) {
    const texts = (held + decoder.write(chunk)).split('\n')
    held = texts.pop()
    const out = convertLines(texts)
    if (out !== '' && !file.write(out)) await once(file, 'drain')
  }
  const last = convertLines([held + decoder.end()].filter((text) => text !== ''))
  file.end(last)
  await once(file, 'close')
}

export const etl = (files) => convert(files, oneByOne)
