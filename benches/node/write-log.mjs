// Writes the input of the ETL: node write-log.mjs PATH LINES

import { writeLog } from './records.mjs'

const [path, lines] = process.argv.slice(2)
await writeLog(path, Number(lines))
