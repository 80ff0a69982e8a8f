// One cell of the comparison: one contender in one case, measured once, in a process of its own.
//
//   node cell.mjs '{"harness":"carrying","task":"jsStage","contender":"ours","settings":{..},"spellMs":1000}'
//
// Plain JavaScript, so that nothing but the chosen Node.js stands between the code and the figures. The sample goes to
// stdout as JSON.
//
// A contender is a module: it exports a function for each task it takes part in. One that has to start workers first
// exports `open(settings)` instead, which gives `{ carry, close }`: what is up already is not measured.

const cell = JSON.parse(process.argv[2])
const { measure } = await import(`./harnesses/${cell.harness}.mjs`)
const contender = await import(`./contenders/${cell.contender}.mjs`)
const { carry, close } = contender.open ? await contender.open(cell.settings) : { carry: contender[cell.task] }
if (carry === undefined) throw new Error(`contenders/${cell.contender}.mjs has no ${cell.task}`)
const sample = await measure(carry, cell)
await close?.()
console.log(JSON.stringify(sample))
