// Tries mutants: compiles one, puts its bytecode where forge finds what it deploys, and runs the tests. A process of its own, in which
// the compiler stays warm; messages are {mutant}, answered by {outcome, by, seconds}.
'use strict';
const childProcess = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const solc = require('solc');

const here = __dirname;
const LIMIT = 300_000; // ms; a mutant that loops has been noticed
const settings = JSON.parse(fs.readFileSync(path.join(here, 'solc.json'), 'utf8'));

/** The sources, as the compiler wants them. */
function sources() {
  const files = fs.readdirSync(path.join(here, 'src')).sort();
  return Object.fromEntries(files.map((f) => ['src/' + f, { content: fs.readFileSync(path.join(here, 'src', f), 'utf8') }]));
}

const find = (file) => {
  try { return { contents: fs.readFileSync(path.join(here, 'node_modules', file), 'utf8') }; } catch (e) { return { error: String(e) }; }
};

function compile(files, outputSelection) {
  const input = { language: 'Solidity', sources: files, settings: { ...settings, outputSelection } };
  return JSON.parse(solc.compile(JSON.stringify(input), { import: find }));
}

/** The syntax trees of src/, by file. */
function trees() {
  const result = compile(sources(), { '*': { '': ['ast'] } });
  return Object.fromEntries(Object.keys(sources()).map((f) => [f, result.sources[f].ast]));
}

/** What Licenses compiles to, which deploys the rest; null if it does not. */
function bytecode(files) {
  const { contracts } = compile(files, { 'src/Licenses.sol': { Licenses: ['evm.bytecode.object', 'evm.deployedBytecode.object', 'evm.deployedBytecode.immutableReferences'] } });
  const evm = contracts && contracts['src/Licenses.sol'] && contracts['src/Licenses.sol'].Licenses.evm;
  return evm && evm.bytecode.object ? evm : null;
}

/** A copy of this directory in which artifacts can be exchanged. */
class Bench {
  constructor() {
    this.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mutants-'));
    process.on('exit', () => fs.rmSync(this.dir, { recursive: true, force: true }));
    const copy = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true };
    for (const f of ['foundry.toml', 'run-forge', 'solc', 'solc-stdin.js', 'solc.json', 'src', 'test', 'forge', 'node_modules/@openzeppelin']) {
      if (fs.existsSync(path.join(here, f))) fs.cpSync(path.join(here, f), path.join(this.dir, f), copy);
    }
    // The libraries are copied, for forge compiles everything again if their real path is another.
    for (const f of ['@foundry-rs', 'solc']) fs.symlinkSync(path.join(here, 'node_modules', f), path.join(this.dir, 'node_modules', f));
    this.artifact = path.join(this.dir, 'forge/out/Licenses.sol/Licenses.json');
  }

  put(evm) {
    const artifact = JSON.parse(fs.readFileSync(this.artifact, 'utf8'));
    artifact.bytecode.object = '0x' + evm.bytecode.object;
    artifact.deployedBytecode.object = '0x' + evm.deployedBytecode.object;
    artifact.deployedBytecode.immutableReferences = evm.deployedBytecode.immutableReferences;
    fs.writeFileSync(this.artifact, JSON.stringify(artifact));
  }

  /** The test that fails first, or '' if all pass. */
  test(...which) {
    for (const f of ['fuzz', 'invariant', 'test-failures']) fs.rmSync(path.join(this.dir, 'forge/cache', f), { recursive: true, force: true });
    const run = childProcess.spawnSync(path.join(this.dir, 'run-forge'), ['test', '--fail-fast', ...which], { encoding: 'utf8', timeout: LIMIT, maxBuffer: 1 << 28 });
    if (run.error && run.error.code === 'ETIMEDOUT') return 'time limit';
    if (run.error) throw run.error;
    if (!run.stdout.includes('compilation skipped')) throw new Error('forge compiles instead of taking the mutant:\n' + run.stdout + run.stderr);
    if (run.status === 0) return '';
    const failed = run.stdout.match(/\[FAIL[^\n]*\] (\w+)/) || run.stdout.match(/\[(FAIL)/);
    if (!failed) throw new Error('forge fails without a test that does:\n' + run.stdout + run.stderr);
    return failed[1];
  }
}

// Those without random sequences take a tenth of the time, so they go first.
const UNITS = ['--no-match-contract', 'Gas|Invariants'];
const SEQUENCES = ['--match-contract', 'Invariants'];

/** Makes the bench and shows that it tells the contract from a broken one. */
function prepare() {
  const bench = new Bench();
  childProcess.execFileSync(path.join(bench.dir, 'run-forge'), ['build'], { stdio: 'ignore' });
  const original = bytecode(sources());
  const ready = { bench, original };
  mustPass(ready, UNITS);
  bench.put({ bytecode: { object: '00' }, deployedBytecode: { object: '00', immutableReferences: {} } });
  if (!bench.test(...UNITS)) throw new Error('tests pass without a contract');
  return ready;
}

function mustPass({ bench, original }, which) {
  bench.put(original);
  const failed = bench.test(...which);
  if (failed) throw new Error('without a mutant this fails: ' + failed);
}

function attempt(ready, mutant) {
  const { bench, original } = ready;
  const evm = bytecode({ ...sources(), [mutant.file]: { content: mutant.text } });
  if (!evm) return { outcome: 'uncompiled' };
  if (evm.bytecode.object === original.bytecode.object) return { outcome: 'equivalent' };
  bench.put(evm);
  const first = bench.test(...UNITS);
  const by = first || bench.test(...SEQUENCES);
  if (by && !first && !ready.sequencesPass) {
    mustPass(ready, SEQUENCES); // once: what they kill, they have to let live without a mutant
    ready.sequencesPass = true;
  }
  return by ? { outcome: 'killed', by } : { outcome: 'survived' };
}

if (require.main === module) {
  const ready = prepare();
  process.on('message', ({ mutant }) => {
    const start = Date.now();
    process.send({ ...attempt(ready, mutant), seconds: (Date.now() - start) / 1000 }, () => {}); // nobody may be left to hear it
  });
  process.on('disconnect', () => process.exit());
  process.send({ ready: true });
}

module.exports = { sources, trees };
