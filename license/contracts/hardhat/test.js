// Runs the tests on a second engine: EDR, which is Hardhat's. It is given what forge has compiled (run-forge build), so nothing is
// compiled again and both run the same bytes.
//
//   node test.js [--match-contract REGEX] [--no-match-contract REGEX] [--match-test REGEX]
'use strict';
const fs = require('fs');
const path = require('path');
const { parseArgs } = require('util');
const { CollectStackTraces, EdrContext, IncludeTraces, L1_CHAIN_TYPE, l1SolidityTestRunnerFactory } = require('@nomicfoundation/edr');

const root = path.join(__dirname, '..');
const OPTIONS = {
  'match-contract': { type: 'string', default: '' }, 'no-match-contract': { type: 'string', default: '^$' }, 'match-test': { type: 'string' },
};

function* artifactFiles(dir) {
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name !== 'build-info') yield* artifactFiles(path.join(dir, entry.name));
    else if (entry.name.endsWith('.json')) yield path.join(dir, entry.name);
  }
}

/** What forge has compiled, as EDR wants it. */
function artifacts() {
  const list = [];
  for (const file of artifactFiles(path.join(root, 'forge', 'out'))) {
    const { abi, bytecode, deployedBytecode, metadata } = JSON.parse(fs.readFileSync(file, 'utf8'));
    const [[source, name]] = Object.entries(metadata.settings.compilationTarget);
    if (!fs.existsSync(path.join(root, source))) continue; // forge keeps what is gone
    list.push({
      id: { name, source, solcVersion: metadata.compiler.version.split('+')[0] },
      contract: {
        abi: JSON.stringify(abi), bytecode: bytecode.object, linkReferences: bytecode.linkReferences,
        deployedBytecode: deployedBytecode.object, deployedLinkReferences: deployedBytecode.linkReferences,
      },
    });
  }
  return list;
}

function isSuite({ id, contract }, options) {
  return contract.bytecode !== '0x' && JSON.parse(contract.abi).some((f) => f.type === 'function' && /^(test|invariant)/.test(f.name))
    && new RegExp(options['match-contract']).test(id.name) && !new RegExp(options['no-match-contract']).test(id.name);
}

// As in foundry.toml.
const config = {
  projectRoot: root, hardfork: 'prague', disableBlockGasLimit: true, disableTransactionGasCap: true,
  fuzz: { runs: 256, seed: '0x1' }, invariant: { runs: 64, depth: 64, failOnRevert: true },
  collectStackTraces: CollectStackTraces.OnFailure, includeTraces: IncludeTraces.None,
};

async function main() {
  const { values: options } = parseArgs({ options: OPTIONS });
  const all = artifacts();
  const suites = all.filter((a) => isSuite(a, options)).map((a) => a.id);
  const edr = new EdrContext();
  await edr.registerSolidityTestRunnerFactory(L1_CHAIN_TYPE, l1SolidityTestRunnerFactory());
  const results = [];
  await edr.runSolidityTests(L1_CHAIN_TYPE, all, suites, { ...config, testPattern: options['match-test'] }, {}, ({ id, testResults }) => {
    for (const r of testResults) {
      results.push(r.status);
      if (r.status !== 'Success') console.log(`${r.status}: ${id.source} ${r.name}: ${r.reason || ''}`);
    }
  });
  const failed = results.filter((s) => s !== 'Success').length;
  console.log(`EDR: ${suites.length} suites, ${results.length - failed} tests passed, ${failed} failed`);
  if (failed > 0 || results.length === 0) process.exitCode = 1;
}

main().catch((e) => { console.error(e.message); process.exitCode = 1; });
