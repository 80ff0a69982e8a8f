// The stage that runs in a worker thread.

export default (line) => String(2 * Number(line.toString()))
