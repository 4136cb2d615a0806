// Mutation testing: which of many small faults in src/ do the tests notice? One line a mutant, then the counts.
//
//   node mutate.js [--seed N] [--sample N] [--jobs N] [--resume FILE] [--again] [--explained FILE] [--only REGEX] [--list]
//
// The order is random but for the seed, so the first N are a sample of all. A mutant that compiles to the same code is equivalent, one
// that does not compile is none. It fails if a mutant survives whose name FILE (docs/results/mutants.md) does not have in code quotes.
'use strict';
const childProcess = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const { parseArgs } = require('util');
const { mutants, variables } = require('./mutants.js');
const { sources, trees } = require('./mutant-trial.js');

const OPTIONS = {
  seed: { type: 'string', default: '1' }, sample: { type: 'string' }, jobs: { type: 'string', default: '1' }, resume: { type: 'string' },
  again: { type: 'boolean', default: false }, explained: { type: 'string' }, only: { type: 'string', default: '' }, list: { type: 'boolean', default: false },
};

/** All of a list in an order that follows from the seed and the names: by a hash, so that another mutant moves no other. */
function shuffled(list, seed) {
  const key = (m) => crypto.createHash('sha256').update(seed + '\n' + m.id).digest('hex');
  return list.map((m) => [key(m), m]).sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, m]) => m);
}

function all() {
  const asts = trees();
  const known = variables(Object.values(asts));
  return Object.entries(sources()).flatMap(([file, { content }]) => mutants(file, content, asts[file], known));
}

/** Outcomes of an earlier run on the same sources, by mutant; survivors are tried again on request, as after new tests. */
function earlier(file, source, again) {
  const found = new Map();
  if (!file || !fs.existsSync(file)) return found;
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    if (!line.endsWith('}')) continue; // the last may be cut off
    const r = JSON.parse(line);
    if (r.source !== source) continue;
    if (again && r.outcome === 'survived') found.delete(r.id);
    else found.set(r.id, r);
  }
  return found;
}

/** The interval of Wilson (1927) for a share, at 95 %. */
function wilson(k, n) {
  const z = 1.959964;
  const middle = (k + z * z / 2) / (n + z * z);
  const half = z * Math.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z);
  return [middle - half, middle + half];
}

/** Gives each process another mutant until there are none. */
function run(queue, jobs, report) {
  const worker = () => new Promise((resolve, reject) => {
    const child = childProcess.fork(path.join(__dirname, 'mutant-trial.js'));
    let mutant;
    child.on('message', (message) => {
      if (!message.ready) report(mutant, message);
      mutant = queue.shift();
      if (mutant) child.send({ mutant });
      else child.disconnect();
    });
    child.on('exit', (code) => (code ? reject(new Error('a trial ended with ' + code)) : resolve()));
  });
  return Promise.all(Array.from({ length: Math.min(jobs, queue.length) }, worker));
}

function summary(results, total) {
  const count = (outcome) => results.filter((r) => r.outcome === outcome).length;
  const [killed, survived] = [count('killed'), count('survived')];
  const percent = (x) => (100 * x).toFixed(1);
  let line = `${results.length} of ${total} mutants: ${killed} killed, ${survived} survived, ${count('equivalent')} equivalent, ${count('uncompiled')} did not compile`;
  if (killed + survived === 0) return line;
  line += `; ${percent(killed / (killed + survived))} % killed`;
  if (results.length < total) line += `, 95 % interval ${wilson(killed, killed + survived).map(percent).join(' to ')}`;
  return line;
}

async function main() {
  const { values: options } = parseArgs({ options: OPTIONS });
  const everything = all();
  const chosen = shuffled(everything.filter((m) => new RegExp(options.only).test(m.id)), options.seed).slice(0, options.sample ? Number(options.sample) : undefined);
  if (options.list) {
    for (const m of chosen) console.log(`${m.kind}\t${m.file}:${m.line}\t${m.id}`);
    return;
  }
  const source = crypto.createHash('sha256').update(JSON.stringify(sources())).digest('hex').slice(0, 16);
  const done = earlier(options.resume, source, options.again);
  const results = chosen.filter((m) => done.has(m.id)).map((m) => done.get(m.id));
  const explained = options.explained ? fs.readFileSync(options.explained, 'utf8') : '';
  const isExplained = (id) => explained.includes('`` ' + id + ' ``');
  await run(chosen.filter((m) => !done.has(m.id)), Number(options.jobs), (m, { outcome, by, seconds }) => {
    const result = { id: m.id, kind: m.kind, line: m.line, outcome, by, seconds, source };
    results.push(result);
    if (options.resume) fs.appendFileSync(options.resume, JSON.stringify(result) + '\n');
    console.log(`${results.length}/${chosen.length} ${outcome} ${m.file}:${m.line} ${m.id}${by ? ' (' + by + ')' : ''} ${seconds.toFixed(1)} s`);
  });
  console.log(summary(results, everything.length));
  const unexplained = results.filter((r) => r.outcome === 'survived' && !isExplained(r.id));
  for (const r of unexplained) console.log('survived without an explanation: ' + r.id);
  if (options.explained && unexplained.length > 0) process.exitCode = 1;
}

main().catch((e) => { console.error(e.stack); process.exitCode = 1; });
