// Runs the tests on a second engine: EDR, which is Hardhat's. It takes what forge has compiled (run-forge build), so nothing is compiled
// again, and what both are given is the same to the byte.
//
//   node test.js [--match-contract REGEX] [--match-test REGEX] [--invariants]
'use strict';
const fs = require('fs');
const path = require('path');
const { parseArgs } = require('util');
const { EdrContext, L1_CHAIN_TYPE, CollectStackTraces, IncludeTraces, l1SolidityTestRunnerFactory } = require('@nomicfoundation/edr');

const root = path.join(__dirname, '..');
const out = path.join(root, 'forge', 'out');

const { values: options } = parseArgs({
  options: { 'match-contract': { type: 'string', default: '' }, 'match-test': { type: 'string', default: '' }, invariants: { type: 'boolean', default: false } },
});

function* files(dir) {
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name !== 'build-info') yield* files(path.join(dir, entry.name));
    else if (entry.name.endsWith('.json')) yield path.join(dir, entry.name);
  }
}

/** What forge has compiled, as EDR wants it. */
function artifacts() {
  const list = [];
  for (const file of files(out)) {
    const a = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (!a.metadata) continue;
    const [[source, name]] = Object.entries(a.metadata.settings.compilationTarget);
    list.push({
      id: { name, source, solcVersion: a.metadata.compiler.version.split('+')[0] },
      contract: {
        abi: JSON.stringify(a.abi), bytecode: a.bytecode.object, linkReferences: a.bytecode.linkReferences,
        deployedBytecode: a.deployedBytecode.object, deployedLinkReferences: a.deployedBytecode.linkReferences,
      },
    });
  }
  return list;
}
const all = artifacts();
const isTest = ({ id, contract }) => id.source.startsWith('test/') && contract.bytecode !== '0x' && /"name":"(test|invariant)/.test(contract.abi);
const suites = all.filter(isTest).filter((a) => new RegExp(options['match-contract']).test(a.id.name)).map((a) => a.id);
console.log(all.length, suites.length);
(async () => {
  const edr = new EdrContext();
  await edr.registerSolidityTestRunnerFactory(L1_CHAIN_TYPE, l1SolidityTestRunnerFactory());
  const t=Date.now();
  let n={};
  await edr.runSolidityTests(L1_CHAIN_TYPE, all, suites, {
    projectRoot: root, hardfork: 'prague', disableBlockGasLimit: true, disableTransactionGasCap: true,
    collectStackTraces: CollectStackTraces.OnFailure, includeTraces: IncludeTraces.None,
    fuzz: { runs: 256, seed: '0x1' }, invariant: { runs: 64, depth: 64, failOnRevert: true },
    testPattern: options['match-test']||undefined,
  }, {}, (s) => {
    for (const r of s.testResults) { n[r.status]=(n[r.status]||0)+1; if (r.status !== 'Success') console.log(s.id.name, r.name, r.status, r.reason); }
  });
  console.log(n, Date.now()-t);
})();
