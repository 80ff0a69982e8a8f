// The ETL by split2 and a Transform: what is recommended for line-delimited JSON.

import { createReadStream, createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import split2 from 'split2'
import { reshape } from '../records.mjs'
import { READ_OPTIONS } from './hand-etl.mjs'

export async function etl({ input, output }) {
  const reshaping = new Transform({
    objectMode: true,
    transform(record, _encoding, done) {
      done(null, reshape(record))
    },
  })
  const formatting = new Transform({
    writableObjectMode: true,
    transform(record, _encoding, done) {
      done(null, JSON.stringify(record) + '\n')
    },
  })
  const source = createReadStream(input, READ_OPTIONS)
  await pipeline(source, split2(JSON.parse), reshaping, formatting, createWriteStream(output))
}
