// The ETL as a loop written by hand with one JSON.parse for all lines of a chunk. A line that is no whole document, or is
// two, spoils its chunk, and may do so without an error.

import { convert } from './hand-etl.mjs'
import { reshape } from '../records.mjs'

function together(texts) {
  let out = ''
  for (const record of JSON.parse(`[${texts.join(',')}]`)) {
    const reshaped = reshape(record)
    if (reshaped !== undefined) out += JSON.stringify(reshaped) + '\n'
  }
  return out
}

export const etl = (files) => convert(files, together)
